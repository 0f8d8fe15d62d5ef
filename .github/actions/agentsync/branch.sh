#!/usr/bin/env bash
# The branch that brings live edits into git: `branch.sh start`, then `branch.sh push`.
#
# In:   BRANCH, and for push BRANCH_BASE (what start said) and BRANCH_TOKEN. The runner's
#       GITHUB_SERVER_URL and GITHUB_REPOSITORY say where it goes.
# Out:  start: base=SHA. push: commits=N, how many bring edits home; pushed=true|false.
#
# Nobody's commit is written over: a branch on which somebody else has committed stays as it is.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)

output() { printf '%s=%s\n' "$1" "$2" >>"$GITHUB_OUTPUT"; }

start() {
  # Checks the name, too: no option and nothing that git would take for something else.
  git check-ref-format --branch "$BRANCH" >/dev/null
  output base "$(git rev-parse --verify HEAD)"
  git switch --quiet --force-create "$BRANCH"
}

# git, with the token for this one command; neither helpers nor redirects get to see it.
remote() {
  GIT_ASKPASS="$here/askpass.sh" GIT_TERMINAL_PROMPT=0 \
    git -c credential.helper= -c credential.username=x-access-token \
    -c http.followRedirects=false -c core.hooksPath=/dev/null "$@"
}

push() {
  local url="$GITHUB_SERVER_URL/$GITHUB_REPOSITORY" ref="refs/heads/$BRANCH" theirs commits
  commits=$(git rev-list --count "$BRANCH_BASE..HEAD")
  output commits "$commits"
  if [ "$commits" = 0 ]; then
    output pushed false
    return
  fi
  theirs=$(remote ls-remote "$url" "$ref" | cut -f1)
  if [ -n "$theirs" ]; then
    remote fetch --quiet --no-tags "$url" "$ref"
    if foreign "$theirs"; then
      echo "::warning title=agentsync::somebody has committed to the branch, so it is left alone;" \
        "merge it, or delete it for a new one"
      output pushed false
      return
    fi
    if same "$theirs"; then
      echo "the branch says this already"
      output pushed false
      return
    fi
  fi
  # Only if it still is what was looked at; "" means that it must not be there.
  remote push --quiet --force-with-lease="$ref:$theirs" "$url" "HEAD:$ref"
  output pushed true
}

# Whether $1 holds commits that this workflow did not make.
foreign() {
  local authors
  authors=$(git log --format=%ce "$BRANCH_BASE..$1") || return 0
  [ -n "$authors" ] && grep -qvxF -e "$GIT_COMMITTER_EMAIL" <<<"$authors"
}

# Whether $1 has the same files, on top of the same commit.
same() {
  [ "$(git rev-parse "$1^{tree}")" = "$(git rev-parse "HEAD^{tree}")" ] &&
    git merge-base --is-ancestor "$BRANCH_BASE" "$1"
}

case ${1:-} in
  start) start ;;
  push) push ;;
  *)
    echo "usage: branch.sh start|push"
    exit 64
    ;;
esac
