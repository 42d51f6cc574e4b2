// Texts of a run - names, URLs, reasons - come from files and from the simulated wire, and none of
// them may become markup. These are the two doors through which text enters the page.
#pragma once

#include <string>
#include <string_view>

namespace seatrial::results::html {

// For element content and for attribute values in double quotes.
std::string escape_html(std::string_view text);
// JSON that may stand inside <script>: nothing in it closes the element or opens a comment, and it
// is plain ASCII, so that no line separator of Unicode is in it.
std::string script_safe(std::string_view json);
// A JSON string with its quotes; bytes that are not UTF-8 become U+FFFD.
std::string json_string(const std::string& text);

}  // namespace seatrial::results::html
