# hushkey for zsh: how prose arguments go on, shown behind the cursor; @KEY@ takes that, or the next one.
# What is asked is the line before the cursor, over a socket that is yours alone, and only where a command
# with prose arguments stands in it. A line that starts with a blank is never read, nor is any other prompt
# (vared, read). The prompt waits for nothing: answers come when they come, and an old one is dropped.

zmodload zsh/net/socket 2>/dev/null && autoload -Uz add-zle-hook-widget add-zsh-hook || return 0

typeset -g _hushkey_socket=@SOCKET@ _hushkey_fd='' _hushkey_line='' _hushkey_ran='' _hushkey_put=''
typeset -gi _hushkey_number=0 _hushkey_next=0 _hushkey_tried=0
typeset -ga _hushkey_offers=()

_hushkey_connect() {
  [[ -n $_hushkey_fd ]] && return 0
  (( SECONDS - _hushkey_tried < 2 && _hushkey_tried )) && return 1
  _hushkey_tried=$(( SECONDS + 1 ))
  local REPLY
  zsocket $_hushkey_socket 2>/dev/null || return 1
  _hushkey_fd=$REPLY
  zle -F -w $_hushkey_fd _hushkey_answer
}

_hushkey_disconnect() {
  [[ -n $_hushkey_fd ]] || return 0
  zle -F $_hushkey_fd 2>/dev/null
  exec {_hushkey_fd}>&-
  _hushkey_fd=''
}

_hushkey_send() {  # a kind of request, a number, a line
  local field=${3//\\/\\\\}
  field=${field//$'\n'/\\n}
  field=${field//$'\t'/\\t}
  local tab=$'\t'
  print -r -u $_hushkey_fd -- "$1$tab$2${2:+$tab}$field" 2>/dev/null || { _hushkey_disconnect; return 1 }
}

_hushkey_prose() {
  [[ $CONTEXT == start && -n $LBUFFER && $LBUFFER != [[:space:]]* && $#LBUFFER -lt 4096 ]] &&
    [[ " $LBUFFER" == *[[:space:]\;\&\|\(](@NAMES@)[[:space:]]* ]]
}

_hushkey_clear() {
  [[ -n $_hushkey_ghost ]] && POSTDISPLAY=''
  _hushkey_ghost=''
  region_highlight=(${region_highlight:#*memo=hushkey})
}

_hushkey_redraw() {
  [[ $LBUFFER == $_hushkey_line ]] && return 0
  _hushkey_line=$LBUFFER
  _hushkey_offers=()
  _hushkey_clear
  [[ -z $RBUFFER ]] && _hushkey_prose && _hushkey_connect || return 0
  _hushkey_send suggest $(( ++_hushkey_number )) $LBUFFER
  return 0
}

_hushkey_answer() {
  local answer
  if ! IFS= read -r -u $1 answer 2>/dev/null; then
    _hushkey_disconnect
    return 0
  fi
  _hushkey_take_in $answer && zle -R
}

_hushkey_take_in() {
  local -a fields=("${(@ps:\t:)1}")
  [[ $fields[1] == $_hushkey_number && $LBUFFER == $_hushkey_line ]] || return 1
  _hushkey_offers=("${(@)fields[3,-1]}")
  _hushkey_next=1
  # Another plugin's ghost text is left alone.
  [[ -n $fields[2] && -z $RBUFFER && -z $POSTDISPLAY ]] || return 0
  _hushkey_ghost=$fields[2]
  POSTDISPLAY=$_hushkey_ghost
  region_highlight+=("$#BUFFER $(( $#BUFFER + $#POSTDISPLAY )) fg=8 memo=hushkey")
}

_hushkey_insert() {  # an offer, "replaces:text"
  local -i replaces=${1%%:*}
  LBUFFER="${LBUFFER[1,$#LBUFFER-replaces]}${1#*:} "
  _hushkey_put=$LBUFFER
}

_hushkey_accept() {
  if [[ -n $_hushkey_ghost ]]; then
    local ghost=$_hushkey_ghost before=$LBUFFER
    _hushkey_clear
    LBUFFER+="$ghost "
    return 0
  fi
  if [[ $LBUFFER != $_hushkey_put || $#_hushkey_again -eq 0 ]]; then
    _hushkey_prose && _hushkey_connect || { zle -M 'hushkey: nothing to suggest here'; return 0 }
    _hushkey_line=$LBUFFER
    _hushkey_send suggest $(( ++_hushkey_number )) $LBUFFER || return 0
    local answer
    while IFS= read -t 0.5 -r -u $_hushkey_fd answer 2>/dev/null; do
      [[ $answer == $_hushkey_number$'\t'* ]] && break
    done
    local -a fields=("${(@ps:\t:)answer}")
    _hushkey_again=("${(@)fields[3,-1]}")
    _hushkey_before=$LBUFFER
    _hushkey_next=1
  else
    LBUFFER=$_hushkey_before
  fi
  (( $#_hushkey_again )) || { zle -M 'hushkey: no suggestion'; return 0 }
  _hushkey_insert $_hushkey_again[_hushkey_next]
  _hushkey_next=$(( _hushkey_next % $#_hushkey_again + 1 ))
}
typeset -g _hushkey_ghost='' _hushkey_before=''
typeset -ga _hushkey_again=()

_hushkey_finish() { _hushkey_clear; _hushkey_line=''; (( ++_hushkey_number )); return 0 }

zle -N _hushkey_answer
zle -N _hushkey_accept
add-zle-hook-widget line-pre-redraw _hushkey_redraw
add-zle-hook-widget line-finish _hushkey_finish
bindkey @KEY@ _hushkey_accept
@LEARN@
_hushkey_preexec() { _hushkey_ran=$1 }
_hushkey_precmd() {
  local -i ended=$?
  if (( ended == 0 )) && [[ -n $_hushkey_ran && $_hushkey_ran != [[:space:]]* ]] &&
      [[ " $_hushkey_ran" == *[[:space:]\;\&\|\(](@NAMES@)[[:space:]]* ]] && _hushkey_connect; then
    _hushkey_send learn '' $_hushkey_ran
  fi
  _hushkey_ran=''
}
add-zsh-hook preexec _hushkey_preexec
add-zsh-hook precmd _hushkey_precmd
@END@
@START@
