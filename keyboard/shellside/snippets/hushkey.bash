# hushkey for bash: @KEY@ puts in how a prose argument goes on; pressed again, the next suggestion.
# What is asked is the line before the cursor, on the standard input of a small process, and only where a command
# with prose arguments stands in it. A line that starts with a blank is never read, nor is `read -e`.

[[ $- == *i* ]] && (( BASH_VERSINFO[0] > 4 || (BASH_VERSINFO[0] == 4 && BASH_VERSINFO[1] >= 4) )) || return 0

_hushkey_put='' _hushkey_before='' _hushkey_offers=() _hushkey_next=0 _hushkey_at_prompt=0 _hushkey_last=''

_hushkey_prose() {
  local pattern='(^|[[:space:];&|(])(@NAMES@)[[:space:]]'
  [[ -n $1 && $1 != [[:space:]]* && ${#1} -lt 4096 && $1 =~ $pattern ]]
}

_hushkey_ask() {
  (( _hushkey_at_prompt )) || return 0
  local before=$READLINE_LINE after='' offer
  if (( READLINE_POINT < ${#READLINE_LINE} )); then
    [[ $READLINE_LINE == *[!\ -~]* ]] && return 0  # bash counts the point in bytes
    before=${READLINE_LINE:0:READLINE_POINT} after=${READLINE_LINE:READLINE_POINT}
  fi
  if [[ $before == "$_hushkey_put" && ${#_hushkey_offers[@]} -gt 0 ]]; then
    before=$_hushkey_before
  else
    _hushkey_prose "$before" || return 0
    mapfile -t _hushkey_offers < <(printf '%s' "$before" | @CLIENT@ @SOCKET@ suggest 2>/dev/null)
    _hushkey_before=$before _hushkey_next=0
    (( ${#_hushkey_offers[@]} )) || return 0
  fi
  offer=${_hushkey_offers[_hushkey_next]}
  _hushkey_next=$(( (_hushkey_next + 1) % ${#_hushkey_offers[@]} ))
  _hushkey_put="${before:0:${#before}-${offer%%$'\t'*}}${offer#*$'\t'} "
  READLINE_LINE=$_hushkey_put$after
  local LC_ALL=C
  READLINE_POINT=${#_hushkey_put}
}

_hushkey_prompt() {
  local ended=$? line number
  _hushkey_at_prompt=1 _hushkey_offers=()
@LEARN@
  line=$(HISTTIMEFORMAT='' builtin history 1)
  line=${line#"${line%%[![:space:]]*}"}
  number=${line%%[[:space:]]*}
  if [[ -n $_hushkey_last && $number != "$_hushkey_last" && $ended == 0 ]]; then
    line=${line#"$number"}
    line=${line#[ *] }
    _hushkey_prose "$line" && ( printf '%s' "$line" | @CLIENT@ @SOCKET@ learn >/dev/null 2>&1 & )
  fi
  _hushkey_last=${number:-0}
@END@
  return "$ended"
}

PS0=${PS0-}'${_hushkey_put:0:$((_hushkey_at_prompt=0))}'
PROMPT_COMMAND="_hushkey_prompt${PROMPT_COMMAND:+; $PROMPT_COMMAND}"
bind -x '"@KEY@": _hushkey_ask'
@START@
