// The BFD of one node: its sessions, its sockets and which packet belongs to which session
// (RFC 5881 sections 3 to 5, RFC 5883 section 4, RFC 5880 section 6.8.6).
//
// Sockets are opened with the first session that needs them: one to receive on for each family and
// port, and one to send from for each session, at a port of its own between 49152 and 65535. 255
// hops are sent and, over a single hop, nothing less is accepted. All multihop sessions of a family
// share a socket, which takes what the least `minimum_ttl` among them lets in; a host that tells
// the hops of each packet lets each session have its own.
//
// A session that is given up tells its peer AdminDown for a detection time (RFC 5880 section
// 6.8.16), so that the peer does not take it for a failure. An agent that is destroyed says
// nothing, as a killed process does.
#pragma once

#include <array>
#include <compare>
#include <map>
#include <memory>
#include <vector>

#include "models/bfd/session.h"

namespace seatrial::bfd {

class Observer {
 public:
  virtual ~Observer() = default;
  virtual void bfd_changed(const SessionEvent&) {}
};

// Holding one keeps the session; the last of a session to go ends it.
class SessionHandle {
 public:
  virtual ~SessionHandle() = default;
  virtual SessionSnapshot snapshot() const = 0;
};

class Agent {
 public:
  using Listener = std::function<void(const SessionEvent&)>;

  // The host and the observer, which may be nullptr, outlive the agent; the agent its handles.
  Agent(io::Host& host, const Profile& profile, Observer* observer = nullptr);
  ~Agent();
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;

  // The session with these ends. One that exists already is shared, with the timers it has; the
  // listener then hears of its changes, too.
  std::unique_ptr<SessionHandle> open(const SessionConfig& config, Listener listener);
  // AdminDown and back, or new timers, while running; false when there is no such session.
  bool set_shutdown(const net::IpAddress& peer, bool shutdown);
  bool set_timers(const net::IpAddress& peer, Duration receive_interval, Duration transmit_interval,
                  unsigned detect_multiplier);

  std::vector<SessionSnapshot> sessions() const;  // sorted by peer
  // False when a port that a session needs was not to be had.
  bool sockets_open() const { return sockets_open_; }
  // Packets that belonged to no session, or broke a rule of section 6.8.6; and the last such rule.
  std::uint64_t discarded() const { return discarded_; }
  const std::string& last_discard() const { return last_discard_; }
  const Profile& profile() const { return profile_; }

 private:
  struct Key {
    net::IpAddress peer;
    bool multihop = false;
    net::IpAddress local;  // unspecified: any
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  struct Entry;
  struct Receiver;
  class Handle;

  Entry& make(const Key& key, const SessionConfig& config);
  void release(const Key& key, std::uint64_t listener);
  void listen(const SessionConfig& config);
  std::unique_ptr<io::DatagramSocket> sending_socket(net::Family family);
  std::uint32_t new_discriminator();
  void receive(bool multihop, const net::Endpoint& from, const net::Endpoint& to, io::Bytes bytes,
               std::optional<int> hops);
  Entry* entry_for(bool multihop, const net::IpAddress& from, const net::IpAddress& to,
                   const ControlPacket& packet);
  void discard(std::string why);

  io::Host& host_;
  const Profile& profile_;
  Observer* observer_;
  std::map<Key, std::unique_ptr<Entry>> entries_;
  std::map<Key, std::unique_ptr<Entry>> leaving_;
  std::vector<std::unique_ptr<Entry>> dead_;  // deleted outside their own callbacks
  std::unique_ptr<io::Timer> reaper_;
  std::map<std::pair<net::Family, bool>, std::unique_ptr<Receiver>> receivers_;
  std::uint64_t next_listener_ = 0;
  std::uint64_t discarded_ = 0;
  std::string last_discard_;
  bool sockets_open_ = true;
};

}  // namespace seatrial::bfd
