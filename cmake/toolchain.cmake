# Compiler flags, hardening, sanitizers, and the faster tools where present.
find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()

# Own code only: dependencies come in as system includes and are not warned about.
add_library(tallyman_flags INTERFACE)
target_include_directories(tallyman_flags INTERFACE ${CMAKE_SOURCE_DIR}/src ${CMAKE_BINARY_DIR}/gen)
target_compile_options(tallyman_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast -Wcast-qual
  -Wnon-virtual-dtor -Wsuggest-override -Woverloaded-virtual -Wimplicit-fallthrough -Wformat=2
  -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_compile_options(tallyman_flags INTERFACE -Wthread-safety -Wunreachable-code
    -Wno-gnu-statement-expression)
else()
  # g++ 12 invents these two at -O2 on std::string code (GCC PR105329, PR105651).
  target_compile_options(tallyman_flags INTERFACE -Wno-error=restrict -Wno-error=maybe-uninitialized)
endif()

if(TALLYMAN_SANITIZE)
  add_compile_options(-fsanitize=${TALLYMAN_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${TALLYMAN_SANITIZE})
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  string(REPLACE "-O3" "-O2" CMAKE_CXX_FLAGS_RELEASE "${CMAKE_CXX_FLAGS_RELEASE}")
  add_compile_options(-fstack-protector-strong -fstack-clash-protection -fcf-protection
    -ftrivial-auto-var-init=zero)
  add_compile_definitions(_FORTIFY_SOURCE=3 _GLIBCXX_ASSERTIONS)
  add_link_options(-pie -Wl,-z,relro,-z,now)
endif()
