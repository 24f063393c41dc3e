#!/usr/bin/env bash
# Builds kube-apiserver from Debian's source package of Kubernetes, for the tests in tests/real that
# want one: Debian has no package of it. Takes about ten minutes of two cores and 2 GB of disk; needs
# root for nothing. Leaves kube-apiserver and etcd in ~/.cache/assay-real (or $ASSAY_REAL_PROGRAMS).
set -euo pipefail

target=${ASSAY_REAL_PROGRAMS:-$HOME/.cache/assay-real}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# the sources of the release that this machine has, in a list of their own
codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
mkdir -p parts lists
mirror=$(apt-get indextargets --format '$(SITE)' | grep -v security | head -1)
cat >parts/debian.sources <<SOURCES
Types: deb-src
URIs: $mirror
Suites: $codename
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
SOURCES
apt=(apt-get -o Dir::Etc::sourcelist=/dev/null -o "Dir::Etc::sourceparts=$work/parts" -o "Dir::State::lists=$work/lists")
"${apt[@]}" update -qq
"${apt[@]}" source -qq --download-only kubernetes
mkdir kubernetes
tar -xzf kubernetes_*.orig.tar.gz -C kubernetes --strip-components 1

# Debian's Go of that release, and the reflection package that works with it
go=$(apt-cache depends golang-go | sed -n 's/.*Depends: \(golang-[0-9.]*-go\)/\1/p' | head -1)
apt-get download "$go" "${go%-go}-src" golang-github-modern-go-reflect2-dev etcd-server
for package in *.deb; do dpkg -x "$package" debian; done
reflect=kubernetes/vendor/github.com/modern-go/reflect2
rm -f "$reflect"/*.go "$reflect"/*.s
cp debian/usr/share/gocode/src/github.com/modern-go/reflect2/*.{go,s} "$reflect"

version=$(ls kubernetes_*.dsc | sed 's/.*really\([0-9.]*\)-.*/\1/; s/kubernetes_\([0-9.]*\)-.*/\1/')
export GOROOT=$(echo "$work"/debian/usr/lib/go-*) GOCACHE=$work/cache GOTOOLCHAIN=local GOFLAGS= GO111MODULE=auto
export PATH=$GOROOT/bin:$PATH
export KUBE_GIT_VERSION=v$version KUBE_GIT_COMMIT=debian KUBE_GIT_TREE_STATE=clean
make -C kubernetes all WHAT=cmd/kube-apiserver
mkdir -p "$target"
cp kubernetes/_output/local/bin/*/*/kube-apiserver debian/usr/bin/etcd "$target"
"$target/kube-apiserver" --version
