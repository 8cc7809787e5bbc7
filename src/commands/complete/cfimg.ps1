# Completions of cfimg for PowerShell. They call cfimg for the words at the cursor.

Register-ArgumentCompleter -Native -CommandName cfimg -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements |
        Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
        ForEach-Object {
            if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $_.Value }
            else { $_.Extent.Text }
        })
    $env:CFIMG_COMPLETE = 'powershell'
    $env:CFIMG_COMPLETE_WORD = "$wordToComplete"
    try { $lines = @(& cfimg '--' @words 2>$null) }
    finally { Remove-Item Env:CFIMG_COMPLETE, Env:CFIMG_COMPLETE_WORD -ErrorAction Ignore }
    foreach ($line in $lines) {
        $value, $help = $line -split "`t", 2
        $text = if ($value -match '^[\w./:=+-]+$') { $value } else { "'" + $value.Replace("'", "''") + "'" }
        if (-not $help) { $help = $value }
        [System.Management.Automation.CompletionResult]::new($text, $value, 'ParameterValue', $help)
    }
}
