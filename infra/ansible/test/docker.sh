#!/bin/sh
# Stands for the program `docker`: hands its words to the engine of the test, prints what that answers and ends as it says.
# `docker run … mysql:TAG PROGRAM …` runs this machine's own program of that name, with the file it would have mounted.
set -eu
if [ "$1" = run ]; then
  for word; do
    shift
    case $word in
      --volume=*) mount=${word#--volume=} ;;
      --defaults-extra-file=*) set -- "$@" "--defaults-extra-file=${mount%%:*}" ;;
      mysql:*) set -- "$@" ;;
      *) set -- "$@" "$word" ;;
    esac
  done
  # Words of Docker come first; the program is the first that is none of them.
  while [ "${1#-}" != "$1" ] || [ "$1" = run ]; do shift; done
  exec "$@"
fi
answer=$(printf '%s\n' "$@" | curl --silent --fail-with-body --data-binary @- "$PARLEY_ENGINE") || {
  printf '%s\n' "$answer" >&2
  exit 1
}
printf '%s' "$answer"
