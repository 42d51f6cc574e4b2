// seatrial bgp decode | encode: BGP messages between octets and JSON.
#include <iostream>
#include <memory>
#include <sstream>

#include "models/bgp/json/message_json.h"
#include "scenarios/cli/commands.h"

namespace seatrial::cli {
namespace {

struct Options {
  std::string input;
  std::string peer = "ibgp";
  bool two_octet_as = false;
  bool extended = false;
  bool json = true;
  std::vector<std::string> add_path;
};

bgp::AfiSafi parse_family(const std::string& text) {
  const auto slash = text.find('/');
  std::istringstream afi(text.substr(0, slash));
  std::istringstream safi(slash == std::string::npos ? "" : text.substr(slash + 1));
  unsigned a = 0;
  unsigned s = 0;
  if (!(afi >> a) || !(safi >> s) || !afi.eof() || !safi.eof() || a > 65535 || s > 255) {
    throw CLI::ValidationError("--add-path", "\"" + text +
                                                 "\" is no address family, expected AFI/SAFI such "
                                                 "as 1/1 (IPv4 unicast)");
  }
  return {static_cast<std::uint16_t>(a), static_cast<std::uint8_t>(s)};
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

class Complaint {
 public:
  Complaint(std::string name, std::size_t line) : name_(std::move(name)), line_(line) {}
  [[noreturn]] void at(std::size_t column, const std::string& what) const {
    std::cerr << name_ << ':' << line_ << ':' << column << ": error: " << what << '\n';
    throw Done(bad_input);
  }

 private:
  std::string name_;
  std::size_t line_;
};

// Hexadecimal digits; between octets blanks, colons and "0x" are passed over. Columns count from 1.
bgp::Octets read_hex(const std::string& line, const Complaint& complaint) {
  bgp::Octets out;
  for (std::size_t i = 0; i < line.size();) {
    if (line[i] == ' ' || line[i] == '\t' || line[i] == ':' || line[i] == '\r') {
      ++i;
    } else if (line.compare(i, 2, "0x") == 0 || line.compare(i, 2, "\\x") == 0) {
      i += 2;
    } else {
      const auto octet = bgp::from_hex(std::string_view(line).substr(i, 2));
      if (!octet || octet->empty()) {
        complaint.at(i + 1, "\"" + line.substr(i, 2) +
                                "\" is no octet, expected two hexadecimal "
                                "digits");
      }
      out.push_back(octet->front());
      i += 2;
    }
  }
  return out;
}

void decode_line(const std::string& line, const Complaint& complaint,
                 const bgp::JsonOptions& options) {
  const auto octets = read_hex(line, complaint);
  for (bgp::Bytes rest(octets); !rest.empty();) {
    std::size_t taken = 0;
    const auto message = bgp::message_to_json(rest, options, taken);
    if (!message) {
      complaint.at(line.size() + 1, "the message ends after " + std::to_string(rest.size()) +
                                        " octets, expected as many as its header says");
    }
    std::cout << message->dump(-1, ' ', false, bgp::Json::error_handler_t::replace) << '\n';
    rest = rest.subspan(taken);
  }
}

void encode_line(const std::string& line, const Complaint& complaint,
                 const bgp::JsonOptions& options) {
  const auto octets = bgp::message_from_text(line, options);
  if (!octets) complaint.at(octets.error().column, octets.error().what);
  std::cout << bgp::to_hex(*octets) << '\n';
}

template <typename F>
void each_line(const std::string& input, F&& act) {
  if (input != "-") {
    act(input, Complaint("argument", 1));
    return;
  }
  std::string line;
  for (std::size_t number = 1; std::getline(std::cin, line); ++number) {
    if (line.find_first_not_of(" \t\r") != std::string::npos) act(line, Complaint("-", number));
  }
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
  auto* decode = command->add_subcommand(
      "decode",
      "Octets to JSON, one object a message: what is in it, and what RFC 4271 and RFC 7606 make of "
      "it.");
  decode->add_option("HEX", options->input, "Messages in hexadecimal, or - for lines of them")
      ->required();
  decode->add_flag("--json", options->json, "One JSON object a line (the only form)");
  add_options(*decode, *options);
  decode->callback([options] {
    const auto codec = codec_options(*options);
    each_line(options->input, [&](const std::string& line, const Complaint& complaint) {
      decode_line(line, complaint, codec);
    });
  });

  auto* encode = command->add_subcommand("encode", "JSON, as decode prints it, to octets.");
  encode->add_option("JSON", options->input, "A message as JSON, or - for lines of them")
      ->required();
  add_options(*encode, *options);
  encode->callback([options] {
    const auto codec = codec_options(*options);
    each_line(options->input, [&](const std::string& line, const Complaint& complaint) {
      encode_line(line, complaint, codec);
    });
  });
}

}  // namespace seatrial::cli
