# How every folder of the tree becomes a library or a test. A folder's CMakeLists.txt is one call.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

# The work is in pointers and maps, where -O3 has little to give for its longer compile times.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()

find_package(Threads REQUIRED)

add_library(seatrial_options INTERFACE)
if(NOT SEATRIAL_JOINED)
  target_compile_options(seatrial_options INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wno-missing-field-initializers -Werror)
  # GCC 12 sees an overlap in `"literal" + std::string` that is not there (GCC bug 105651).
  target_compile_options(seatrial_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
endif()
target_include_directories(seatrial_options INTERFACE ${PROJECT_SOURCE_DIR})

# seatrial_join(NAME VARIABLE): with SEATRIAL_JOINED, the list in VARIABLE becomes one of fewer files that include
# several each (cmake/unity.py says which). What somebody installs from a checkout is built so; warnings are for those who change it.
function(seatrial_join name variable)
  if(NOT SEATRIAL_JOINED)
    return()
  endif()
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  execute_process(
    COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/cmake/unity.py ${CMAKE_CURRENT_BINARY_DIR}/${name}_joined ${${variable}}
    OUTPUT_VARIABLE joined OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  string(REPLACE "\n" ";" joined "${joined}")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${${variable}} ${PROJECT_SOURCE_DIR}/cmake/unity.py)
  set(${variable} ${joined} PARENT_SCOPE)
endfunction()

# seatrial_library(NAME [DEPS target...]): all *.cc of the current folder (not of its subfolders).
function(seatrial_library name)
  cmake_parse_arguments(ARG "" "" "DEPS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
  if(sources)
    seatrial_join(${name} sources)
    add_library(${name} STATIC ${sources})
    target_link_libraries(${name} PUBLIC seatrial_options ${ARG_DEPS})
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE seatrial_options ${ARG_DEPS})
  endif()
endfunction()

# seatrial_test(NAME [DEPS target...]): one Boost.Test program of all *.cc of the current folder.
function(seatrial_test name)
  cmake_parse_arguments(ARG "" "" "DEPS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
  if(NOT sources)
    return()
  endif()
  add_executable(${name} ${sources} ${PROJECT_SOURCE_DIR}/tests/support/main.cc)
  target_link_libraries(${name} PRIVATE seatrial_options ${ARG_DEPS} boost_unit_test_framework)
  target_compile_definitions(${name} PRIVATE BOOST_TEST_DYN_LINK
    SEATRIAL_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  add_test(NAME ${name} COMMAND ${name} --log_level=error WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
endfunction()
