# Completions of cfimg for Elvish. They call cfimg for the words at the cursor.

use str

set edit:completion:arg-completer[cfimg] = {|@words|
    env CFIMG_COMPLETE=elvish cfimg -- $@words 2> /dev/null | from-lines | each {|line|
        var parts = [(str:split "\t" $line)]
        var value = $parts[0]
        edit:complex-candidate $value &display=(str:trim-right $value'  '$parts[1] ' ')
    }
}
