// seatrial bgp decode | encode: BGP messages between octets and JSON.
#include <charconv>
#include <iostream>
#include <iterator>
#include <map>
#include <memory>

#include "models/bgp/json/message_json.h"
#include "scenarios/cli/commands.h"

namespace seatrial::cli {
namespace {

struct Options {
  std::vector<std::string> input;
  std::string peer = "ibgp";
  bool two_octet_as = false;
  bool extended = false;
  bool json = true;
  std::vector<std::string> add_path;
};

// A number of IANA's, or its name there in lower case.
std::optional<unsigned> parse_number_of(const std::string& text,
                                        const std::map<std::string, unsigned>& names,
                                        unsigned largest) {
  if (const auto found = names.find(text); found != names.end()) return found->second;
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value > largest) {
    return std::nullopt;
  }
  return value;
}

bgp::AfiSafi parse_family(const std::string& text) {
  static const std::map<std::string, unsigned> afis{{"ipv4", 1}, {"ipv6", 2}, {"l2vpn", 25}};
  static const std::map<std::string, unsigned> safis{
      {"unicast", 1}, {"multicast", 2}, {"labeled-unicast", 4}, {"evpn", 70}, {"vpn", 128}};
  const auto slash = text.find('/');
  const auto afi = parse_number_of(text.substr(0, slash), afis, 65535);
  const auto safi = slash == std::string::npos
                        ? std::nullopt
                        : parse_number_of(text.substr(slash + 1), safis, 255);
  if (!afi || !safi) {
    throw CLI::ValidationError("--add-path", "\"" + text +
                                                 "\" is no address family, expected AFI/SAFI such "
                                                 "as 1/1 or ipv4/unicast");
  }
  return {static_cast<std::uint16_t>(*afi), static_cast<std::uint8_t>(*safi)};
}

bgp::JsonOptions codec_options(const Options& options) {
  bgp::JsonOptions out;
  out.codec.external = options.peer == "ebgp";
  out.codec.four_octet_as = !options.two_octet_as;
  out.extended_messages = options.extended;
  for (const auto& family : options.add_path) {
    out.codec.add_path_receive.push_back(parse_family(family));
  }
  if (options.extended) out.codec.max_size = bgp::max_extended_message_size;
  return out;
}

// What is wrong in a text, by line and column; everything is told before the command ends.
class Complaints {
 public:
  explicit Complaints(std::string name) : name_(std::move(name)) {}
  void at(std::size_t line, std::size_t column, const std::string& what) {
    std::cout.flush();
    std::cerr << name_ << ':' << line << ':' << column << ": error: " << what << '\n';
    any_ = true;
  }
  bool any() const { return any_; }

 private:
  std::string name_;
  bool any_ = false;
};

// Hexadecimal digits; between octets blanks, colons and "0x" are passed over. Columns count from 1.
// Nothing when the line has something else.
std::optional<bgp::Octets> read_hex(const std::string& line, std::size_t number,
                                    Complaints& complaints) {
  bgp::Octets out;
  for (std::size_t i = 0; i < line.size();) {
    const auto two = line.substr(i, 2);
    if (line[i] == ' ' || line[i] == '\t' || line[i] == ':' || line[i] == '\r' || line[i] == '\n') {
      ++i;
    } else if (two == "0x" || two == "0X" || two == "\\x") {
      i += 2;
    } else if (const auto octet = bgp::from_hex(two); octet && !octet->empty()) {
      out.push_back(octet->front());
      i += 2;
    } else {
      complaints.at(number, i + 1, "\"" + two + "\" is no octet, expected two hexadecimal digits");
      return std::nullopt;
    }
  }
  return out;
}

void decode_line(const std::string& line, std::size_t number, Complaints& complaints,
                 const bgp::JsonOptions& options) {
  const auto octets = read_hex(line, number, complaints);
  if (!octets) return;
  for (bgp::Bytes rest(*octets); !rest.empty();) {
    std::size_t taken = 0;
    const auto message = bgp::message_to_json(rest, options, taken);
    if (!message) {
      const auto said = rest.size() < bgp::header_size
                            ? std::to_string(bgp::header_size) + " of a header"
                            : std::to_string(rest[16] * 256U + rest[17]) + ", as its header says";
      complaints.at(
          number, line.size() + 1,
          "the message ends after " + std::to_string(rest.size()) + " octets, expected " + said);
      return;
    }
    std::cout << message->dump(-1, ' ', false, bgp::Json::error_handler_t::replace) << '\n';
    rest = rest.subspan(taken);
  }
}

void decode(const Options& options) {
  const auto codec = codec_options(options);
  const bool piped = options.input.size() == 1 && options.input.front() == "-";
  Complaints complaints(piped ? "-" : "argument");
  const auto is_blank = [](const std::string& line) {
    const auto first = line.find_first_not_of(" \t\r\n");
    return first == std::string::npos || line[first] == '#';
  };
  if (piped) {
    std::string line;
    for (std::size_t number = 1; std::getline(std::cin, line); ++number) {
      if (!is_blank(line)) decode_line(line, number, complaints, codec);
    }
  } else {
    std::string all;
    for (const auto& word : options.input) all += (all.empty() ? "" : " ") + word;
    if (is_blank(all)) {
      complaints.at(1, 1, "no octets, expected a message in hexadecimal");
    } else {
      decode_line(all, 1, complaints, codec);
    }
  }
  if (complaints.any()) throw Done(bad_input);
}

// One JSON value after the other, on lines of their own or not.
class Values {
 public:
  explicit Values(const std::string& text) : text_(text) {}
  struct Place {
    std::size_t line = 1;
    std::size_t column = 1;
  };

  // To the next value; false at the end.
  bool next() {
    begin_ = text_.find_first_not_of(" \t\r\n", end_);
    if (begin_ == std::string::npos) return false;
    end_ = end_of_value();
    return true;
  }
  std::string value() const { return text_.substr(begin_, end_ - begin_); }
  Place place(std::size_t offset = 0) const {
    Place out;
    for (std::size_t i = 0; i < std::min(begin_ + offset, text_.size()); ++i) {
      ++out.column;
      if (text_[i] == '\n') out = {out.line + 1, 1};
    }
    return out;
  }

 private:
  // Where its brackets are closed; without brackets, or with wrong ones, where the line ends.
  std::size_t end_of_value() const {
    std::string open;
    bool quoted = false;
    for (auto i = begin_; i < text_.size(); ++i) {
      const char c = text_[i];
      if (quoted) {
        if (c == '\\') ++i;
        if (c == '"') quoted = false;
      } else if (c == '"') {
        quoted = true;
      } else if (c == '{' || c == '[') {
        open += c;
      } else if (c == '}' || c == ']') {
        if (open.empty() || open.back() != (c == '}' ? '{' : '[')) {
          return std::min(text_.find('\n', i), text_.size());
        }
        open.pop_back();
        if (open.empty()) return i + 1;
      } else if (c == '\n' && open.empty()) {
        return i;
      }
    }
    return text_.size();
  }

  const std::string& text_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

void encode_value(const Values& values, Complaints& complaints, const bgp::JsonOptions& options) {
  const auto octets = bgp::message_from_text(values.value(), options);
  if (octets) {
    std::cout << bgp::to_hex(*octets) << '\n';
    return;
  }
  const auto place = values.place(octets.error().column - 1);
  complaints.at(place.line, place.column, octets.error().what);
}

void encode(const Options& options) {
  const auto codec = codec_options(options);
  const bool piped = options.input.size() == 1 && options.input.front() == "-";
  Complaints complaints(piped ? "-" : "argument");
  std::string text;
  if (piped) {
    text.assign(std::istreambuf_iterator<char>(std::cin), {});
  } else {
    for (const auto& word : options.input) text += (text.empty() ? "" : " ") + word;
  }
  Values values(text);
  bool any = false;
  while (values.next()) {
    any = true;
    encode_value(values, complaints, codec);
  }
  if (!any && !piped) complaints.at(1, 1, "nothing, expected a message as decode prints it");
  if (complaints.any()) throw Done(bad_input);
}

void add_options(CLI::App& command, Options& options) {
  command.add_option("--peer", options.peer, "Whom it comes from: ebgp or ibgp (default)")
      ->check(CLI::IsMember({"ebgp", "ibgp"}));
  command.add_flag("--as2", options.two_octet_as, "AS numbers of 2 octets (RFC 6793)");
  command
      .add_option("--add-path", options.add_path, "Families whose NLRI carry a path id (RFC 7911)")
      ->type_name("AFI/SAFI,...")
      ->delimiter(',');
  command.add_flag("--extended", options.extended, "Messages of up to 65535 octets (RFC 8654)");
}

}  // namespace

void register_bgp(CLI::App& app) {
  auto* command = app.add_subcommand("bgp", "BGP messages: decode and encode.");
  command->require_subcommand(1);

  auto options = std::make_shared<Options>();
  auto* decoder = command->add_subcommand(
      "decode",
      "Octets to JSON, one object a message: what is in it, and what RFC 4271 and RFC 7606 make of "
      "it.");
  decoder
      ->add_option("HEX", options->input,
                   "Messages in hexadecimal, or - for lines of them; # begins a comment")
      ->required();
  decoder->add_flag("--json", options->json, "One JSON object a line (the only form)");
  add_options(*decoder, *options);
  decoder->callback([options] { decode(*options); });

  auto* encoder = command->add_subcommand("encode", "JSON, as decode prints it, to octets.");
  encoder->add_option("JSON", options->input, "A message as JSON, or - for many of them")
      ->required();
  add_options(*encoder, *options);
  encoder->callback([options] { encode(*options); });
}

}  // namespace seatrial::cli
