#!/bin/bash
# How layers stack, against the view of `umoci unpack`: every visible path, its kind, and for a
# file the layer that serves it (each file says in its content which layer wrote it).
#
# $OVERLAY_DUMP LAYOUT TAG prints one line "kind path layer_index" per visible path. The package
# list of a scan is compared with dpkg-query and rpm on the unpacked tree.
source "$(dirname "$0")/lib.sh"
need jq python3 umoci

# unpack LAYOUT TAG: sets TREE
unpack() {
  TREE=$CASE/bundle-$2/rootfs
  umoci unpack --rootless --image "$1:$2" "$CASE/bundle-$2" >"$CASE/umoci.log" 2>&1 ||
    { cat "$CASE/umoci.log" >&2; fail "umoci could not unpack it"; }
}
tree_view() { # "kind path [layer]" of an unpacked tree
  (cd "$1" && find . -mindepth 1 -printf '%y %P\n') | while read -r kind path; do
    case $kind in
      d) echo "directory $path" ;;
      l) echo "symlink $path" ;;
      f) echo "file $path $(grep -aoE -m1 'layer [0-9]+' "$1/$path" | cut -c7-)" ;;
      *) echo "other $path" ;;
    esac
  done | sed 's/ $//' | sort
}
dump_view() { # the same of our overlay: a hard link is a file whose content is elsewhere
  "$OVERLAY_DUMP" "$1" "$2" | awk '
    $1 == "implied" { $1 = "directory" }
    $1 == "hardlink" { print "file " $2; next }
    $1 == "file" { print; next }
    { print $1, $2 }' | sort
}
# check_view <SPEC: both views of that image are the same.
check_view() {
  make_image "$CASE/layout" image
  unpack "$CASE/layout" image
  [[ -n ${OVERLAY_DUMP:-} ]] || skip "the program overlay_dump is absent"
  tree_view "$TREE" >"$CASE/wanted"
  dump_view "$CASE/layout" image >"$CASE/got"
  # The content of a hard link's target does not say which layer made the link.
  [[ -s $CASE/got ]] || fail "our view is empty"
  awk -v ours="$CASE/got" 'FILENAME == ours { if (NF == 2) bare[$0]; next }
       $1 == "file" && ("file " $2) in bare { print "file " $2; next } { print }' \
    "$CASE/got" "$CASE/wanted" >"$CASE/wanted.bare"
  diff "$CASE/wanted.bare" "$CASE/got" >&2 || fail "the views differ (< umoci, > ours)"
}

case_whiteouts() {
  check_view <<'SPEC'
layer
text a/one "layer 0"
text a/two "layer 0"
text b/deep/er/file "layer 0"
text c "layer 0"
layer
whiteout a/one
whiteout b/deep
whiteout c
text d "layer 1"
layer
text a/one "layer 2"
SPEC
}
case_whiteout_beside_its_own_layers_file() {
  check_view <<'SPEC'
layer
text a/x "layer 0"
text a/y "layer 0"
text b/x "layer 0"
layer
whiteout a/x
text a/x "layer 1"
text b/x "layer 1"
whiteout b/x
SPEC
}
case_opaque_folders() {
  check_view <<'SPEC'
layer
dir a
text a/old "layer 0"
text a/sub/old "layer 0"
text b/old "layer 0"
layer
dir a
text a/new "layer 1"
text a/sub/new "layer 1"
opaque a
dir b
opaque b
text b/after "layer 1"
SPEC
}
case_opaque_folder_in_the_middle() {
  check_view <<'SPEC'
layer
text a/0 "layer 0"
layer
text a/1 "layer 1"
layer
dir a
opaque a
text a/2 "layer 2"
layer
text a/3 "layer 3"
SPEC
}
case_file_over_directory() {
  check_view <<'SPEC'
layer
text a/b/c "layer 0"
text a/b/d "layer 0"
layer
text a/b "layer 1"
SPEC
}
case_directory_over_file() {
  check_view <<'SPEC'
layer
text a "layer 0"
text b "layer 0"
layer
dir a
text a/inside "layer 1"
dir b
SPEC
}
case_symlink_over_directory() {
  check_view <<'SPEC'
layer
text lib/a "layer 0"
text usr/lib/b "layer 0"
layer
symlink lib usr/lib
SPEC
}
case_writing_through_a_symlinked_folder() {
  check_view <<'SPEC'
layer
dir usr
dir usr/lib
symlink lib usr/lib
text usr/lib/a "layer 0"
layer
text lib/b "layer 1"
text usr/lib/a "layer 1"
SPEC
}
case_directory_over_symlink() {
  check_view <<'SPEC'
layer
text usr/lib/a "layer 0"
symlink lib usr/lib
layer
dir lib
text lib/b "layer 1"
SPEC
}
case_script_over_program() {
  check_view <<'SPEC'
layer
text usr/bin/tool "\x7fELF\x02\x01\x01 layer 0"
layer
text usr/bin/tool "#!/bin/sh\n# layer 1\n"
SPEC
}
case_hard_links() {
  check_view <<'SPEC'
layer
text a "layer 0"
hardlink b a
layer
hardlink c a
hardlink a-new b
layer
whiteout a
SPEC
}
case_last_of_several_members_wins() {
  check_view <<'SPEC'
layer
text a "layer 9"
text b/c "layer 9"
text a "layer 0"
symlink b/c ../a
SPEC
}
case_names_with_a_leading_dot_slash() {
  check_view <<'SPEC'
layer
dir ./
dir ./etc/
text ./etc/a "layer 0"
text ./etc/b "layer 0"
layer
whiteout ./etc/a
text etc/b "layer 1"
SPEC
}
case_whiteout_below_a_symlink() {
  check_view <<'SPEC'
layer
dir usr
dir usr/lib
text usr/lib/a "layer 0"
text usr/lib/b "layer 0"
symlink lib usr/lib
layer
whiteout lib/a
SPEC
}

# ---------------------------------------------------------------- packages behind links

# The file in the unpacked tree that a path leads to; links are followed inside the tree.
inside_tree() {
  local path=$TREE/$1 target
  while [[ -L $path ]]; do
    target=$(readlink "$path")
    if [[ $target == /* ]]; then path=$TREE$target; else path=$(dirname "$path")/$target; fi
  done
  echo "$path"
}
# check_debs <SPEC: the scan's list is dpkg-query's on the unpacked tree.
check_debs() {
  need dpkg-query
  make_image "$CASE/layout" image
  unpack "$CASE/layout" image
  mkdir -p "$CASE/admin/updates" "$CASE/admin/info"
  cp "$(inside_tree var/lib/dpkg/status)" "$CASE/admin/status"
  # shellcheck disable=SC2016
  dpkg-query --admindir="$CASE/admin" -W -f 'deb ${Package} ${Version}\n' | sort >"$CASE/wanted"
  [[ -s $CASE/wanted ]] || fail "dpkg-query lists nothing"
  tallyman scan "oci-dir:$CASE/layout:image" -o json
  packages_of >"$CASE/got"
  diff "$CASE/wanted" "$CASE/got" >&2 || fail "the lists differ (< dpkg-query, > ours)"
}
case_database_is_a_hard_link_to_a_skipped_member() {
  check_debs <<SPEC
layer
$OS_RELEASE
$(dpkg_status "openssl 3.0.1-1" "bash 5.2" | sed 's,var/lib/dpkg/status,opt/database,')
dir var
dir var/lib
dir var/lib/dpkg
hardlink var/lib/dpkg/status opt/database
SPEC
}
case_database_behind_a_symlink() {
  check_debs <<SPEC
layer
$OS_RELEASE
$(dpkg_status "openssl 3.0.1-1" | sed 's,var/lib/dpkg/status,opt/admin/status,')
layer
dir var
dir var/lib
symlink var/lib/dpkg ../../opt/admin
SPEC
}
case_database_file_is_a_symlink_across_layers() {
  check_debs <<SPEC
layer
$OS_RELEASE
$(dpkg_status "openssl 3.0.1-1" | sed 's,var/lib/dpkg/status,opt/database,')
layer
dir var
dir var/lib
dir var/lib/dpkg
symlink var/lib/dpkg/status /opt/database
SPEC
}
case_database_replaced_by_a_later_layer() {
  check_debs <<SPEC
layer
$OS_RELEASE
$(dpkg_status "openssl 3.0.1-1" "bash 5.2")
layer
$(dpkg_status "openssl 3.0.2-1")
SPEC
}
case_symlinked_rpm_database() {
  need rpm rpmbuild
  mkdir -p "$CASE/build/SPECS" "$CASE/db"
  cat >"$CASE/build/SPECS/tool.spec" <<'RPM'
Name: tool
Version: 1.2
Release: 3
Epoch: 4
Summary: nothing
License: MIT
BuildArch: noarch
%description
nothing
%files
RPM
  rpmbuild -bb --quiet --define "_topdir $CASE/build" "$CASE/build/SPECS/tool.spec" \
    >"$CASE/rpmbuild.log" 2>&1 || { cat "$CASE/rpmbuild.log" >&2; fail "rpmbuild"; }
  rpm --dbpath "$CASE/db" --initdb
  rpm --dbpath "$CASE/db" --justdb --nodeps --noscripts --nosignature -i \
    "$CASE"/build/RPMS/noarch/tool-*.rpm 2>"$CASE/rpm.log" || { cat "$CASE/rpm.log" >&2; fail rpm; }
  make_image "$CASE/layout" image <<SPEC
layer
text etc/os-release "ID=almalinux\nVERSION_ID=9.4\n"
dir usr/lib/sysimage
copy usr/lib/sysimage/rpm/rpmdb.sqlite $CASE/db/rpmdb.sqlite
layer
dir var
dir var/lib
symlink var/lib/rpm ../../usr/lib/sysimage/rpm
SPEC
  tallyman scan "oci-dir:$CASE/layout:image" -o json
  expect_equal "rpm tool 4:1.2-3" "$(packages_of)" "the package list"
}

run_cases
