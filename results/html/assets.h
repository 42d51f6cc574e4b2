// The parts of the page that are files of this folder, compiled in by CMakeLists.txt.
#pragma once

#include <string_view>

namespace seatrial::results::html {

std::string_view page_text();   // assets/page.html, with {{...}} to fill
std::string_view style_text();  // assets/style.css
std::string_view app_script();  // assets/*.js in one function
std::string_view uplot_script();
std::string_view uplot_style();
std::string_view uplot_licence();
std::string_view cytoscape_script();
std::string_view cytoscape_licence();

}  // namespace seatrial::results::html
