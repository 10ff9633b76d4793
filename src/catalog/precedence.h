#pragma once
// Which of several files that say the same thing counts, for whoever joins the layers. Both
// functions take a path as the facts record it and give a rank: of two files the lower rank
// counts.

#include <string_view>

namespace tallyman {

// Of files that name the operating system: etc/os-release, usr/lib/os-release, an os-release
// elsewhere (reached through a link), etc/lsb-release, then the older release files, those that
// only one distribution has before those that its derivatives carry too.
unsigned distro_precedence(std::string_view path);

// Of rpm's databases in one folder: SQLite, then ndb, then Berkeley DB, the newest form first: an
// older one beside a newer one is a leftover. SQLite's write-ahead log ranks as its database.
unsigned rpm_database_precedence(std::string_view path);

}  // namespace tallyman
