#!/bin/sh
# Lets a run of Towpath have its effect once, however often Jenkins starts it.
#
#   claim.sh claim        the first step: exit 0 go on; 75 another build has the run, stop without effect; else stop as well
#   claim.sh end RESULT   the last step: records how the build ended (SUCCESS, UNSTABLE, FAILURE, ABORTED or NOT_BUILT)
#
# Of Jenkins it takes TOWPATH_RUN, BUILD_NUMBER and BUILD_URL. Where claims are kept, as the Product says:
#   CLAIM_BUCKET, CLAIM_PREFIX (claims/)   objects in S3; needs the AWS CLI, s3:PutObject, s3:GetObject and s3:ListBucket
#   CLAIM_NAMESPACE                        ConfigMaps; needs kubectl, and create, get and patch of configmaps there
set -eu
verb=${1:-}
result=${2:-}
run=${TOWPATH_RUN:-}

[ -n "$run" ] || { echo 'claim: started by hand, without TOWPATH_RUN: there is nothing to claim'; exit 0; }
case $run in *[!A-Za-z0-9._-]*) echo "claim: $run cannot be a TOWPATH_RUN" >&2; exit 64 ;; esac
case ${BUILD_NUMBER:-} in '' | *[!0-9]*) echo 'claim: BUILD_NUMBER is not set' >&2; exit 64 ;; esac

name="towpath-claim-$run"
key="${CLAIM_PREFIX-claims/}$run"
file=$(mktemp)
trap 'rm -f "$file"' EXIT

if [ -n "${CLAIM_BUCKET:-}" ]; then
  # Services other than AWS refuse the newer checksums.
  export AWS_REQUEST_CHECKSUM_CALCULATION="${AWS_REQUEST_CHECKSUM_CALCULATION:-when_required}"
  put() { aws s3api put-object --bucket "$CLAIM_BUCKET" --body "$file" --key "$@" 2>&1; }
  create() {
    printf '{"towpathRun":"%s","build":%s,"at":"%s","url":"%s","nonce":"%s"}\n' "$run" "$BUILD_NUMBER" "$at" "${BUILD_URL:-}" "$nonce" >"$file"
    put "$key" --if-none-match '*'
  }
  holder() {
    aws s3api get-object --bucket "$CLAIM_BUCKET" --key "$key" "$file" >/dev/null
    sed -n 's/.*"build":\([0-9]*\).*"nonce":"\([0-9a-f]*\)".*/\1 \2/p' "$file"
  }
  finish() {
    printf '{"result":"%s"}\n' "$result" >"$file"
    put "$key.end"
  }
else
  : "${CLAIM_NAMESPACE:?or CLAIM_BUCKET has to be set}"
  create() {
    kubectl --namespace "$CLAIM_NAMESPACE" create --validate=false -f - 2>&1 <<EOF
apiVersion: v1
kind: ConfigMap
metadata: {name: "$name", labels: {towpath.dev/claim: "true"}}
data: {towpathRun: "$run", build: "$BUILD_NUMBER", at: "$at", url: "${BUILD_URL:-}", nonce: "$nonce"}
EOF
  }
  holder() { kubectl --namespace "$CLAIM_NAMESPACE" get configmap "$name" -o 'jsonpath={.data.build} {.data.nonce}'; }
  finish() {
    kubectl --namespace "$CLAIM_NAMESPACE" patch configmap "$name" --type merge --patch "{\"data\":{\"end\":\"$result\"}}" 2>&1
  }
fi

case $verb in
claim)
  at=$(date -u +%Y-%m-%dT%H:%M:%SZ)
  nonce=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  for pause in 1 2 3 0; do
    said=$(create) && who="$BUILD_NUMBER $nonce" || who=$(holder 2>/dev/null) || who=
    # A request whose answer was lost finds here what it has written itself.
    if [ "$who" = "$BUILD_NUMBER $nonce" ]; then
      echo "claim: build $BUILD_NUMBER has claimed $run"
      exit 0
    elif [ -n "$who" ]; then
      echo "claim: REFUSED: $run was claimed by build ${who%% *}; build $BUILD_NUMBER stops here and changes nothing"
      exit 75
    fi
    sleep "$pause" # somebody else may be writing it at this moment
  done
  printf '%s\n' "claim: $run could not be claimed, so nothing is done: $said" >&2
  exit 1
  ;;
end)
  case $result in SUCCESS | UNSTABLE | FAILURE | ABORTED | NOT_BUILT) ;; *) echo "claim: $result is no result" >&2; exit 64 ;; esac
  # Who has not claimed the run must not say that it has ended.
  who=$(holder) || { echo "claim: the claim of $run could not be read; its end is not recorded" >&2; exit 1; }
  if [ "${who%% *}" != "$BUILD_NUMBER" ]; then
    echo "claim: $run is claimed by build ${who%% *}, not by build $BUILD_NUMBER, which records no end"
    exit 0
  fi
  said=$(finish) || { printf '%s\n' "claim: the end of $run was not recorded: $said" >&2; exit 1; }
  echo "claim: build $BUILD_NUMBER has recorded $result as the end of $run"
  ;;
*)
  sed -n 's/^#   claim.sh/usage: claim.sh/p' "$0" >&2
  exit 64
  ;;
esac
