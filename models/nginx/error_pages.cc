#include "models/nginx/error_pages.h"

#include <fmt/format.h>

#include <utility>

namespace seatrial::nginx {

namespace {

struct Page {
  int status;
  std::string_view line;   // of the status line
  std::string_view title;  // of the page
  std::string_view detail;
};

// Where nginx's page says something else than its status line, it says so here.
constexpr Page pages[] = {
    {301, "301 Moved Permanently", {}, {}},
    {302, "302 Moved Temporarily", "302 Found", {}},
    {303, "303 See Other", {}, {}},
    {307, "307 Temporary Redirect", {}, {}},
    {308, "308 Permanent Redirect", {}, {}},
    {400, "400 Bad Request", {}, {}},
    {401, "401 Unauthorized", "401 Authorization Required", {}},
    {402, "402 Payment Required", {}, {}},
    {403, "403 Forbidden", {}, {}},
    {404, "404 Not Found", {}, {}},
    {405, "405 Not Allowed", {}, {}},
    {406, "406 Not Acceptable", {}, {}},
    {408, "408 Request Time-out", {}, {}},
    {409, "409 Conflict", {}, {}},
    {410, "410 Gone", {}, {}},
    {411, "411 Length Required", {}, {}},
    {412, "412 Precondition Failed", {}, {}},
    {413, "413 Request Entity Too Large", {}, {}},
    {414, "414 Request-URI Too Large", {}, {}},
    {415, "415 Unsupported Media Type", {}, {}},
    {416, "416 Requested Range Not Satisfiable", {}, {}},
    {421, "421 Misdirected Request", {}, {}},
    {429, "429 Too Many Requests", {}, {}},
    {494, "400 Bad Request", {}, "Request Header Or Cookie Too Large"},
    {500, "500 Internal Server Error", {}, {}},
    {501, "501 Not Implemented", {}, {}},
    {502, "502 Bad Gateway", {}, {}},
    {503, "503 Service Temporarily Unavailable", {}, {}},
    {504, "504 Gateway Time-out", {}, {}},
    {505, "505 HTTP Version Not Supported", {}, {}},
    {507, "507 Insufficient Storage", {}, {}},
};

const Page* find(int status) {
  for (const auto& page : pages) {
    if (page.status == status) return &page;
  }
  return nullptr;
}

}  // namespace

std::string_view status_line(int status) {
  switch (status) {
    case 200:
      return "200 OK";
    case 201:
      return "201 Created";
    case 202:
      return "202 Accepted";
    case 204:
      return "204 No Content";
    case 206:
      return "206 Partial Content";
    case 304:
      return "304 Not Modified";
    default:
      break;
  }
  const auto* page = find(status);
  return page != nullptr ? page->line : std::string_view{};
}

std::string error_page(int status, std::string_view server) {
  const auto* page = find(status);
  if (page == nullptr) return {};
  const auto title = page->title.empty() ? page->line : page->title;
  if (!page->detail.empty()) {
    return fmt::format(
        "<html>\r\n<head><title>400 "
        "{0}</title></head>\r\n<body>\r\n<center><h1>{1}</h1></center>\r\n"
        "<center>{0}</center>\r\n<hr><center>{2}</center>\r\n</body>\r\n</html>\r\n",
        page->detail, title, server);
  }
  return fmt::format(
      "<html>\r\n<head><title>{0}</title></head>\r\n<body>\r\n<center><h1>{0}</h1></center>\r\n"
      "<hr><center>{1}</center>\r\n</body>\r\n</html>\r\n",
      title, server);
}

}  // namespace seatrial::nginx
