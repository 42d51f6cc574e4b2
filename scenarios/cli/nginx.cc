// seatrial nginx: the proxy of models/nginx on real sockets, with nginx's own signals: TERM and INT
// leave at once, QUIT after the requests in progress, HUP reads the configuration again.
#include <chrono>
#include <csignal>
#include <filesystem>
#include <functional>
#include <iostream>
#include <memory>

#include "models/io/live/live_host.h"
#include "models/nginx/reader.h"
#include "models/nginx/server.h"
#include "scenarios/cli/commands.h"
#include "scenarios/cli/event_line.h"

namespace seatrial::cli {
namespace {

struct NginxOptions {
  std::string prefix;
  std::string config = "conf/nginx.conf";  // nginx's own default
  std::optional<Duration> duration;
  bool json = false;

  // As nginx does: a relative -c starts at the prefix.
  std::string path() const {
    return prefix.empty() ? config : (std::filesystem::path(prefix) / config).string();
  }
};

class EventPrinter : public nginx::Observer {
 public:
  EventPrinter(const EventLine& line, std::function<void()> finished)
      : line_(line), finished_(std::move(finished)) {}

  void on_finished(const nginx::ProxyRecord& record) override {
    auto attempts = nlohmann::ordered_json::array();
    for (const auto& attempt : record.attempts) {
      attempts.push_back({{"peer", attempt.peer.to_string()},
                          {"outcome", nginx::to_string(attempt.outcome)},
                          {"status", attempt.status}});
    }
    line_.write(record.kind == nginx::ProxyRecord::Kind::http_request ? "request" : "session",
                {{"client", record.client.to_string()},
                 {"local", record.local.to_string()},
                 {"method", record.method},
                 {"target", record.target},
                 {"host", record.host_header},
                 {"status", record.status},
                 {"upstream", record.upstream},
                 {"attempts", attempts},
                 {"bytes_received", record.bytes_received},
                 {"bytes_sent", record.bytes_sent}});
    finished_();
  }
  void on_reloaded(const nginx::ReloadRecord& record) override {
    line_.write("reloaded",
                {{"generation", record.generation}, {"old_connections", record.old_connections}});
  }
  void on_peers_changed(const nginx::PeersRecord& record) override {
    auto peers = nlohmann::ordered_json::array();
    for (const auto& peer : record.peers) peers.push_back(peer.to_string());
    line_.write("peers", {{"upstream", record.upstream},
                          {"cause", nginx::to_string(record.cause)},
                          {"peers", peers},
                          {"detail", record.detail}});
  }
  void on_peer_disabled(const nginx::PeerDisabledRecord& record) override {
    line_.write("peer disabled",
                {{"upstream", record.upstream}, {"peer", record.peer.to_string()}});
  }

 private:
  const EventLine& line_;
  std::function<void()> finished_;
};

std::optional<nginx::Config> read_config(const NginxOptions& options) {
  Diagnostics diagnostics;
  auto config =
      nginx::read(options.path(), nginx::DirectoryFiles(), diagnostics, {.prefix = options.prefix});
  std::cerr << diagnostics.to_string();
  if (diagnostics.has_errors()) return std::nullopt;
  return config;
}

std::int64_t unix_now() {
  using namespace std::chrono;
  return duration_cast<std::chrono::seconds>(system_clock::now().time_since_epoch()).count();
}

int serve(const NginxOptions& options) {
  auto config = read_config(options);
  if (!config) return bad_input;
  io::LiveHost host("nginx");
  const EventLine line(host, options.json);
  nginx::Server* running = nullptr;
  bool quitting = false;
  const auto stop_if_finished = [&] {
    // The connection of the record is still being taken down; looked at afterwards.
    host.post([&] {
      if (quitting && running->finished()) host.stop();
    });
  };
  EventPrinter printer(line, stop_if_finished);
  nginx::Server server(host, *std::move(config), &printer, {.epoch = unix_now()});
  running = &server;

  host.on_signal({SIGTERM, SIGINT}, [&](int) { host.stop(); });
  host.on_signal({SIGQUIT}, [&](int) {
    quitting = true;
    server.quit();
    stop_if_finished();
  });
  host.on_signal({SIGHUP}, [&](int) {
    auto changed = read_config(options);
    if (!changed) return;  // the old one goes on, as nginx says and does
    if (const auto reloaded = server.reload(*std::move(changed)); !reloaded) {
      std::cerr << "seatrial nginx: reload: " << reloaded.error() << '\n';
    }
  });
  auto limit = host.timer([&host] { host.stop(); });
  if (options.duration) io::arm_in(host, *limit, *options.duration);

  if (const auto started = server.start(); !started) {
    std::cerr << "seatrial nginx: " << started.error() << '\n';
    return failed;
  }
  line.write("started", {{"config", options.path()}});
  host.run();
  line.write("stopped");
  return done;
}

}  // namespace

void register_nginx(CLI::App& app) {
  auto options = std::make_shared<NginxOptions>();
  auto* command =
      app.add_subcommand("nginx", "Run the proxy of an nginx.conf on real sockets until SIGTERM");
  command->add_option("-p,--prefix", options->prefix, "where relative paths start")
      ->type_name("DIR");
  command->add_option("-c,--config", options->config, "the configuration, relative to the prefix")
      ->type_name("FILE")
      ->capture_default_str();
  add_duration(*command, "--for", options->duration, "leave after that time");
  command->add_flag("--json", options->json, "one JSON object a line instead of words");
  command->callback([options] { throw Done(serve(*options)); });
}

}  // namespace seatrial::cli
