# ns3_seatrial: the ns-3 libraries that the simulated world stands on, as one INTERFACE target.
#
# ns-3's own package file is not used: the targets it exports name libgsl by absolute path without the
# package depending on it, and name /usr/include as an include directory, which as `-isystem
# /usr/include` breaks the standard library's #include_next. Headers under /usr/include need no flag.
#
# -DNS3_ROOT=PREFIX takes another build (one without logging is 1.55 times faster at forwarding).
# Nothing is cached, so that a changed NS3_ROOT takes effect on the next configure.

set(ns3_modules core network bridge traffic-control internet)

if(NS3_ROOT)
  set(ns3_search PATHS ${NS3_ROOT}/lib ${NS3_ROOT}/lib64 ${NS3_ROOT}/build/lib NO_DEFAULT_PATH)
  find_path(NS3_INCLUDE_DIR ns3/node.h PATHS ${NS3_ROOT}/include ${NS3_ROOT}/build/include
    NO_DEFAULT_PATH NO_CACHE)
else()
  set(ns3_search)
  find_path(NS3_INCLUDE_DIR ns3/node.h NO_CACHE)
endif()
if(NOT NS3_INCLUDE_DIR)
  message(FATAL_ERROR "ns-3 headers (ns3/node.h) not found: run script/bootstrap (Debian 12: libns3-dev and the other packages), or give -DNS3_ROOT=")
endif()

add_library(ns3_seatrial INTERFACE)
foreach(module ${ns3_modules})
  string(MAKE_C_IDENTIFIER ${module} suffix)
  # Debian names them libns3-core.so; a build from source libns3.37-core[-optimized|-default].so.
  set(names ns3-${module})
  foreach(version 3.37 3.38 3-dev)
    foreach(profile "" -optimized -release -default -debug)
      list(APPEND names ns${version}-${module}${profile})
    endforeach()
  endforeach()
  find_library(NS3_LIBRARY_${suffix} NAMES ${names} ${ns3_search} NO_CACHE)
  if(NOT NS3_LIBRARY_${suffix})
    message(FATAL_ERROR "ns-3 library '${module}' not found: run script/bootstrap (Debian 12: libns3-dev and the other packages), or give -DNS3_ROOT=")
  endif()
  target_link_libraries(ns3_seatrial INTERFACE ${NS3_LIBRARY_${suffix}})
endforeach()

string(REGEX REPLACE "/+$" "" NS3_INCLUDE_DIR "${NS3_INCLUDE_DIR}")
list(FIND CMAKE_CXX_IMPLICIT_INCLUDE_DIRECTORIES ${NS3_INCLUDE_DIR} implicit)
if(implicit EQUAL -1)
  target_include_directories(ns3_seatrial SYSTEM INTERFACE ${NS3_INCLUDE_DIR})
endif()
# The installed libraries are built without assertions; the inline checks can still be had.
target_compile_definitions(ns3_seatrial INTERFACE $<$<CONFIG:Debug>:NS3_ASSERT_ENABLE>)
