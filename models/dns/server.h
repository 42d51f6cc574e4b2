// A DNS server (RFC 1035, RFC 7766 for TCP, RFC 6891 for the size of UDP answers) that answers from
// a RecordSource. UDP answers that do not fit are cut to whole records with TC set; the client asks
// again over TCP. A bad message gets FORMERR, another opcode NOTIMP.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>

#include "models/dns/message.h"
#include "models/io/host.h"

namespace seatrial::dns {

struct ServerOptions {
  Duration processing{0};              // CPU per query (io::Host::spend)
  std::uint16_t udp_size = 512;        // largest UDP answer to a query without EDNS
  std::uint16_t edns_udp_size = 4096;  // largest UDP answer at all
  bool recursion_available = false;
  Duration tcp_idle = std::chrono::seconds(10);
};

struct QueryAnswered {
  std::string server;  // Host::name()
  TimePoint received, answered;
  net::Endpoint client;
  Question question;
  Rcode rcode = Rcode::no_error;
  std::size_t answers = 0;  // records in the answer section as sent
  bool truncated = false;
  bool tcp = false;
};

class ServerObserver {
 public:
  virtual ~ServerObserver() = default;
  virtual void on_query_answered(const QueryAnswered& record) = 0;
};

class Server : private io::DatagramHandler {
 public:
  // Listens at once on `listen` (0.0.0.0: every address), UDP and TCP. `source` and `observer` must
  // outlive the server.
  Server(io::Host& host, const net::Endpoint& listen, RecordSource& source,
         ServerOptions options = {}, ServerObserver* observer = nullptr);
  ~Server() override;
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // False when the address or port was not to be had.
  bool listening() const;
  net::Endpoint local() const;
  std::uint64_t queries() const { return queries_; }

 private:
  struct Session;
  void on_datagram(const net::Endpoint& from, const net::Endpoint& to, io::Bytes bytes) override;
  void accept(std::unique_ptr<io::Stream> stream);
  // The answer's bytes, at most `limit` long.
  std::vector<std::uint8_t> answer(io::Bytes query, const net::Endpoint& client, TimePoint received,
                                   bool tcp);

  io::Host& host_;
  RecordSource& source_;
  const ServerOptions options_;
  ServerObserver* observer_;
  std::shared_ptr<bool> alive_;  // work still queued at the CPU when the server goes
  std::unique_ptr<io::DatagramSocket> socket_;
  std::unique_ptr<io::Listener> listener_;
  std::map<std::uint64_t, std::unique_ptr<Session>> sessions_;
  std::uint64_t next_session_ = 0;
  std::uint64_t queries_ = 0;
};

}  // namespace seatrial::dns
