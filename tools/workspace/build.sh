#!/bin/sh
# Builds the root file system of the workspace image from Debian packages: build.sh DIRECTORY, as root.
# A shell, git, curl, Node.js with npm, and Python with pip, for the user dev (1000), who is not root.
set -eu
root=$1

packages=ca-certificates,curl,git,less,nano-tiny,openssh-client,procps,python3,python3-pip,python3-venv,nodejs,npm
mmdebstrap --mode=root --variant=minbase --include="$packages" bookworm "$root"

echo 'dev:x:1000:1000:Developer:/home/dev:/bin/bash' >> "$root/etc/passwd"
echo 'dev:x:1000:' >> "$root/etc/group"
install -d -o 1000 -g 1000 -m 755 "$root/home/dev"

# Nothing that an image does not need: package lists and archives, documents, logs, and what is this machine's own.
rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/var/log/* "$root"/usr/share/doc/* \
  "$root"/usr/share/man/* "$root"/usr/share/locale/* "$root"/etc/machine-id "$root"/etc/hostname "$root"/etc/resolv.conf
# Set-user-id programs have nothing to offer here: no process may gain rights.
find "$root" -xdev -perm /6000 -type f -exec chmod ug-s {} +
