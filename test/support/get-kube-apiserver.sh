#!/usr/bin/env bash
# Puts etcd and kube-apiserver into ~/.cache/towpath, unless KUBEBUILDER_ASSETS, the PATH or that folder has them.
# On Debian 12 etcd comes from apt, and kube-apiserver v1.20.2 is built from Debian's source package (about 10 minutes on two cores).
set -euo pipefail
cache="$HOME/.cache/towpath"
mkdir -p "$cache"

have() {
  for folder in "${KUBEBUILDER_ASSETS:-}" "$cache"; do
    [ -n "$folder" ] && [ -x "$folder/$1" ] && return 0
  done
  command -v "$1" >/dev/null
}

if have etcd && have kube-apiserver; then exit 0; fi

# A prepared one beside the checkout saves the build.
here=$(cd "$(dirname "$0")/../.." && pwd)
for setup in "$here"/../*/envtest/setup.sh; do
  [ -x "$setup" ] || [ -f "$setup" ] || continue
  echo "Taking kube-apiserver from $(dirname "$setup") …"
  bash "$setup" "$cache" >/dev/null && have etcd && have kube-apiserver && exit 0
done

command -v apt-get >/dev/null || { echo "No kube-apiserver found: set KUBEBUILDER_ASSETS to a folder with etcd and kube-apiserver." >&2; exit 1; }
sudo=""
[ "$(id -u)" = 0 ] || sudo=sudo
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -qq
if ! have etcd; then
  $sudo apt-get install -y -qq --no-install-recommends etcd-server >/dev/null
  ln -sf "$(command -v etcd)" "$cache/etcd"
fi
if ! have kube-apiserver; then
  echo "Building kube-apiserver v1.20.2 from Debian's source package (about 10 minutes, once) …"
  $sudo apt-get install -y -qq --no-install-recommends golang-go golang-github-modern-go-reflect2-dev make rsync dpkg-dev >/dev/null
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  # Lists of its own, so that the machine's sources stay as they are.
  mkdir -p "$work/lists/partial"
  for suite in "debian bookworm" "debian-security bookworm-security"; do echo "deb-src http://deb.debian.org/$suite main"; done > "$work/sources.list"
  apt=(-qq -o Dir::Etc::SourceList="$work/sources.list" -o Dir::Etc::SourceParts=/dev/null -o Dir::State::Lists="$work/lists")
  (
    cd "$work"
    apt-get update "${apt[@]}"
    apt-get source "${apt[@]}" kubernetes
    mkdir -p gopath/src/k8s.io
    mv kubernetes-*/ gopath/src/k8s.io/kubernetes
    cd gopath/src/k8s.io/kubernetes
    # The vendored reflect2 1.0.1 crashes with Go >= 1.18 on the first write of a custom resource.
    rm -rf vendor/github.com/modern-go/reflect2
    cp -r /usr/share/gocode/src/github.com/modern-go/reflect2 vendor/github.com/modern-go/reflect2
    GOPATH="$work/gopath" GO111MODULE=off KUBE_GIT_VERSION=v1.20.2 make WHAT=cmd/kube-apiserver >"$work/build.log" 2>&1 || { tail -50 "$work/build.log" >&2; exit 1; }
    cp _output/bin/kube-apiserver "$cache/kube-apiserver"
  )
fi
have etcd && have kube-apiserver
