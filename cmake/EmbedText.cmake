# seatrial_embed_text(TARGET FILE NAMESPACE FUNCTION): the text of FILE becomes
# `std::string_view NAMESPACE::FUNCTION()` of TARGET, so that a program needs no file at run time.
function(seatrial_embed_text target file namespace function)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  file(READ ${file} text)
  set(generated ${CMAKE_CURRENT_BINARY_DIR}/${function}.cc)
  file(CONFIGURE OUTPUT ${generated} @ONLY CONTENT [=[
#include <string_view>
namespace @namespace@ {
std::string_view @function@();
std::string_view @function@() {
  return R"=text=(@text@)=text=";
}
}  // namespace @namespace@
]=])
  target_sources(${target} PRIVATE ${generated})
endfunction()
