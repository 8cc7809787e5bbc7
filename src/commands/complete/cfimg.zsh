#compdef cfimg
# Completions of cfimg for zsh. They call cfimg for the words at the cursor.

_cfimg() {
    local -a candidates options
    candidates=("${(@f)$(CFIMG_COMPLETE=zsh command cfimg -- \
        "${(@Q)words[1,CURRENT-1]}" "${(Q)PREFIX}" 2> /dev/null)}")
    case $candidates[1] in
        '') return 1 ;;
        $'\tfiles')
            _files
            return
            ;;
        $'\tby-name')
            # The IDs don't start with what was typed.
            shift candidates
            options=(-U)
            compstate[insert]=menu
            ;;
    esac
    _describe -V cfimg candidates $options
}

if [[ $funcstack[1] == _cfimg ]]; then
    _cfimg "$@"
else
    compdef _cfimg cfimg
fi
