# Completions of cfimg for bash. They call cfimg for the words at the cursor.

_cfimg() {
    local line
    COMPREPLY=()
    while IFS= read -r line; do
        case $line in
            $'\tfiles') compopt -o default 2> /dev/null ;;
            *) COMPREPLY+=("$line") ;;
        esac
    done < <(CFIMG_COMPLETE=bash CFIMG_COMPLETE_BREAKS=$COMP_WORDBREAKS CFIMG_COMPLETE_TYPE=$COMP_TYPE \
        command cfimg -- "${COMP_LINE:0:COMP_POINT}" 2> /dev/null)
}

complete -o nosort -F _cfimg cfimg 2> /dev/null || complete -F _cfimg cfimg
