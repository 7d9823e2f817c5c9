#!/bin/sh
# claimed.sh COMMAND …: for a freestyle job, whose later steps do not run after one that failed. Claims the run, runs the command,
# and records how it ended, be it that Jenkins aborts the build.
set -eu
here=$(dirname "$0")
"$here/claim.sh" claim

finish() {
  status=$?
  trap - EXIT
  case $status in 0) result=SUCCESS ;; 143) result=ABORTED ;; *) result=FAILURE ;; esac
  "$here/claim.sh" end "$result"
  exit "$status"
}
trap finish EXIT
trap 'exit 143' TERM
"$@"
