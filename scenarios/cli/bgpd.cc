// seatrial bgpd: the BGP speaker of models/bgp on real sockets, configured by an frr.conf. It has
// no kernel routing table: what FRR would ask zebra is answered from the interfaces and static
// routes of the file.
#include <algorithm>
#include <csignal>
#include <iostream>
#include <memory>

#include "models/bfd/bgp_liveness.h"
#include "models/bgp/speaker.h"
#include "models/frr/config.h"
#include "models/frr/describe.h"
#include "models/io/live/live_host.h"
#include "scenarios/bgpd/control.h"
#include "scenarios/bgpd/file_routes.h"
#include "scenarios/bgpd/kernel_routes.h"
#include "scenarios/cli/commands.h"
#include "scenarios/cli/event_line.h"
#include "scenarios/cli/mrt_files.h"

namespace seatrial::cli {
namespace {

// Long enough for the NOTIFICATION to leave and for the peers to close.
constexpr Duration farewell = std::chrono::milliseconds(200);

struct BgpdOptions {
  std::string config;
  std::string profile;
  std::uint16_t port = bgp::default_port;
  std::optional<Duration> duration;
  bool json = false;
  bool quiet = false;
  std::string mrt;      // updates
  std::string mrt_rib;  // the table
  std::string control;  // a Unix socket for bgpctl
  bool kernel = false;  // routes into the kernel's table
  bool dry = false;     // read the file, tell what follows, and leave
};

class EventPrinter : public bgp::Observer, public bfd::Observer {
 public:
  // `versions` may be nullptr: nobody asks for them.
  EventPrinter(const EventLine& line, bgp::Observer* mrt, bool quiet, bgpd::TableVersions* versions)
      : line_(line), mrt_(mrt), quiet_(quiet), versions_(versions) {}

  bool wants_routes() const override { return !quiet_; }
  void prefix_changed(const net::Prefix& prefix) override {
    if (versions_ != nullptr) versions_->changed(prefix);
  }

  void message(const bgp::MessageEvent& event) override {
    if (mrt_ != nullptr) mrt_->message(event);
  }
  void session_changed(const bgp::SessionEvent& event) override {
    if (mrt_ != nullptr) mrt_->session_changed(event);
    line_.write("session", {{"peer", event.peer.to_string()},
                            {"from", bgp::to_string(event.from)},
                            {"to", bgp::to_string(event.to)},
                            {"reason", event.reason},
                            {"notification_sent", event.notification_sent},
                            {"notification_received", event.notification_received}});
  }
  void bfd_changed(const bfd::SessionEvent& event) override {
    line_.write("bfd", {{"peer", event.peer.to_string()},
                        {"from", bfd::to_string(event.from)},
                        {"to", bfd::to_string(event.to)},
                        {"diagnostic", bfd::to_string(event.diagnostic)},
                        {"remote_state", bfd::to_string(event.remote_state)},
                        {"detection_ms", event.detection_time / 1ms}});
  }
  void rib_changed(const bgp::RibEvent& event) override {
    auto next_hops = nlohmann::ordered_json::array();
    for (const auto& next_hop : event.next_hops) next_hops.push_back(next_hop.address.to_string());
    line_.write("rib", {{"prefix", event.prefix.to_string()},
                        {"reachable", event.reachable},
                        {"local", event.local},
                        {"next_hops", next_hops},
                        {"best", event.best},
                        {"reason", event.reason}});
  }

 private:
  const EventLine& line_;
  bgp::Observer* mrt_;
  bool quiet_;
  bgpd::TableVersions* versions_;
};

frr::Config read_config(const BgpdOptions& options) {
  Diagnostics diagnostics;
  auto config = frr::read(read_file(options.config), options.config, diagnostics, options.profile);
  if (!diagnostics.has_errors() && !config.bgp) {
    diagnostics.error(config.position, "no \"router bgp\"", "a BGP speaker's configuration");
  }
  std::cerr << diagnostics.to_string();
  if (diagnostics.has_errors()) throw Done(bad_input);
  return config;
}

// What helps against it.
std::string hint(const std::string& refusal) {
  if (refusal.ends_with("Permission denied")) return " (ports below 1024 need root; see --port)";
  if (refusal.ends_with("Address already in use")) return " (another BGP daemon? see --port)";
  return {};
}

// Of neighbours, and of all who may come from a range.
bool set_passwords(io::LiveHost& host, const bgp::SpeakerConfig& config) {
  const auto set = [&host](const net::Prefix& peers, const bgp::NeighborConfig& told) {
    if (told.password.empty() || host.set_listener_md5(peers, told.password)) return true;
    std::cerr << told.position.file << ":" << told.position.line
              << ": error: the kernel takes no TCP-MD5 key for " << peers.to_string() << '\n';
    return false;
  };
  for (const auto& range : config.dynamic_ranges) {
    if (!set(range.prefix, range.peer)) return false;
  }
  return std::ranges::all_of(config.neighbors, [&](const bgp::NeighborConfig& neighbor) {
    return set(net::Prefix::host(neighbor.address), neighbor);
  });
}

int serve(const BgpdOptions& options) {
  auto config = read_config(options);
  if (options.dry) {
    std::cout << options.config << '\n' << frr::describe(config);
    return done;
  }
  config.bgp->listen_port = options.port;
  io::LiveHost host(config.hostname.empty() ? "bgpd" : config.hostname);
  if (!set_passwords(host, *config.bgp)) return failed;
  const EventLine line(host, options.json);
  MrtFiles mrt(options.mrt, options.mrt_rib, host);
  bgpd::TableVersions versions;
  EventPrinter printer(line, mrt.observer(), options.quiet,
                       options.control.empty() ? nullptr : &versions);
  bgpd::FileRoutes resolver(config);
  std::unique_ptr<bgpd::KernelRoutes> kernel;
  if (options.kernel) {
    auto opened = bgpd::KernelRoutes::open([&line](const std::string& what) {
      line.write("kernel", {{"refused", what}});
    });
    if (!opened) {
      std::cerr << "seatrial bgpd: " << opened.error() << '\n';
      return failed;
    }
    kernel = std::move(*opened);
  }
  bfd::Agent bfd(host, bfd::profile_of(config.bgp->profile.name), &printer);
  bfd::BgpLiveness liveness(bfd);
  bgp::Speaker speaker(
      host, *config.bgp,
      {.sink = kernel.get(), .resolver = &resolver, .observer = &printer, .liveness = &liveness});

  auto stop = host.timer([&host] { host.stop(); });
  const auto say_farewell = [&] {
    if (stop->armed()) return;
    mrt.write_table(speaker);
    speaker.shutdown();
    io::arm_in(host, *stop, farewell);
  };
  auto limit = host.timer(say_farewell);
  host.on_signal({SIGTERM, SIGINT}, [&](int) { say_farewell(); });
  host.on_signal({SIGUSR1}, [&](int) { mrt.write_table(speaker); });
  if (options.duration) io::arm_in(host, *limit, *options.duration);

  // As bgpd: the file is read at the start, and a hangup is no reason to go.
  host.on_signal({SIGHUP}, [&line](int) { line.write("hangup", {{"ignored", true}}); });
  speaker.start();
  for (const auto& refusal : host.refusals()) {
    std::cerr << "seatrial bgpd: cannot listen on " << refusal << hint(refusal) << '\n';
  }
  if (!host.refusals().empty()) return failed;
  if (!bfd.sockets_open()) {
    std::cerr << "seatrial bgpd: BFD's port " << bfd::single_hop_port << " or "
              << bfd::multihop_port << " is taken\n";
    return failed;
  }
  const bgpd::View view{host,
                        speaker,
                        bfd,
                        config,
                        versions,
                        read_file(options.config),
                        std::chrono::system_clock::now() -
                            std::chrono::duration_cast<std::chrono::system_clock::duration>(
                                host.now().time_since_epoch())};
  std::unique_ptr<bgpd::ControlServer> control;
  if (!options.control.empty()) {
    auto opened = bgpd::ControlServer::open(
        host.loop(), options.control,
        [&view](const std::string& command) { return bgpd::answer(view, command); });
    if (!opened) {
      std::cerr << "seatrial bgpd: " << opened.error() << '\n';
      return failed;
    }
    control = std::move(*opened);
  }
  line.write("started", {{"speaker", host.name()},
                         {"as", config.bgp->asn.value},
                         {"router_id", config.bgp->router_id.to_string()},
                         {"profile", config.bgp->profile.name},
                         {"port", options.port}});
  host.run();
  line.write("stopped");
  return mrt.close() ? done : failed;
}

}  // namespace

void register_bgpd(CLI::App& app) {
  auto options = std::make_shared<BgpdOptions>();
  auto* command = app.add_subcommand(
      "bgpd", "Run the BGP speaker of an frr.conf on real sockets until SIGTERM");
  command->add_option("-c,--config", options->config, "frr.conf or bgpd.conf")
      ->required()
      ->type_name("FILE");
  std::vector<std::string> profiles;
  for (const auto name : bgp::profile_names()) profiles.emplace_back(name);
  command
      ->add_option("--profile", options->profile,
                   "the daemon to be; otherwise the file's `frr defaults` decides")
      ->check(CLI::IsMember(profiles));
  command->add_flag("-C,--dryrun", options->dry,
                    "read the file, print what follows from it, and leave");
  command->add_option("--port", options->port, "listen there")
      ->capture_default_str()
      ->check(CLI::Range(1, 65535));
  command->add_option("--control", options->control, "listen there for seatrial bgpctl")
      ->type_name("SOCKET")
      ->check([](const std::string& path) {
        return path.empty() ? std::string("an empty path, expected that of a socket") : "";
      });
  command->add_flag("--kernel", options->kernel,
                    "install the selected routes in the kernel's main table, until leaving");
  add_duration(*command, "--for", options->duration, "leave after that time");
  command
      ->add_option("--mrt", options->mrt,
                   "write every message and state change there as it happens, in MRT (RFC 6396)")
      ->type_name("FILE");
  command
      ->add_option("--mrt-rib", options->mrt_rib,
                   "write the table there, in MRT, on SIGUSR1 and when leaving")
      ->type_name("FILE");
  command->add_flag("--quiet", options->quiet, "print sessions, not the routes that change");
  command->add_flag("--json", options->json, "one JSON object a line instead of words");
  command->callback([options] { throw Done(serve(*options)); });
}

}  // namespace seatrial::cli
