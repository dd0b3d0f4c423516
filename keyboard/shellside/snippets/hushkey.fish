# hushkey for fish: @KEY@ puts in how a prose argument goes on; pressed again, the next suggestion.
# What is asked is the line before the cursor, on the standard input of a small process, and only where a command
# with prose arguments stands in it. A line that starts with a blank is never read, nor is what `read` asks for.

status is-interactive; or exit 0

set -g _hushkey_put ''
set -g _hushkey_before ''
set -g _hushkey_offers
set -g _hushkey_next 1
set -g _hushkey_at_prompt 0

function _hushkey_prose --argument-names line
    string match -qr '^\S' -- $line
    and string match -qr '(^|[\s;&|(])(@NAMES@)\s' -- $line
    and test (string length -- $line) -lt 4096
end

function _hushkey_ask
    test $_hushkey_at_prompt = 1; or return
    set -l before (commandline --cut-at-cursor | string collect)
    set -l all (commandline | string collect)
    set -l after (string sub -s (math (string length -- "$before") + 1) -- "$all" | string collect)
    if test -n "$before" -a "$before" = "$_hushkey_put" -a (count $_hushkey_offers) -gt 0
        set before $_hushkey_before
    else
        _hushkey_prose "$before"; or return
        set -g _hushkey_offers (printf '%s' "$before" | @CLIENT@ @SOCKET@ suggest 2>/dev/null)
        set -g _hushkey_before $before
        set -g _hushkey_next 1
        test (count $_hushkey_offers) -gt 0; or return
    end
    set -l offer (string split -m 1 \t -- $_hushkey_offers[$_hushkey_next])
    set -g _hushkey_next (math $_hushkey_next % (count $_hushkey_offers) + 1)
    set -l kept (string sub -l (math (string length -- "$before") - $offer[1]) -- "$before" | string collect)
    set -g _hushkey_put "$kept$offer[2] "
    commandline --replace -- "$_hushkey_put$after"
    commandline --cursor (string length -- "$_hushkey_put")
end

function _hushkey_prompt --on-event fish_prompt
    set -g _hushkey_at_prompt 1
    set -g _hushkey_offers
end

function _hushkey_preexec --on-event fish_preexec
    set -g _hushkey_at_prompt 0
end
@LEARN@
function _hushkey_postexec --on-event fish_postexec
    set -l ended $status
    if test $ended = 0; and _hushkey_prose "$argv[1]"
        printf '%s' "$argv[1]" | @CLIENT@ @SOCKET@ learn >/dev/null 2>&1
    end
end
@END@
bind @KEY@ _hushkey_ask
bind -M insert @KEY@ _hushkey_ask 2>/dev/null
@START@
