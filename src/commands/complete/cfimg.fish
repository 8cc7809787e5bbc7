# Completions of cfimg for fish. They call cfimg for the words at the cursor.

function __cfimg_complete
    set -l word (commandline --current-token --cut-at-cursor)
    set -l candidates (CFIMG_COMPLETE=fish command cfimg -- \
        (commandline --current-process --tokenize --cut-at-cursor) "$word" 2> /dev/null)
    if test "$candidates[1]" = \tfiles
        __fish_complete_path $word
    else
        printf '%s\n' $candidates
    end
end

complete --command cfimg --no-files --keep-order --arguments '(__cfimg_complete)'
