// UDP on the loop, with the destination of each datagram (IP_PKTINFO) and ICMP errors for sockets
// that are not connected (IP_RECVERR).
#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>

#include "models/io/host.h"
#include "models/io/live/connection.h"

namespace seatrial::io::live {

// nullptr when the address or port is not to be had.
std::unique_ptr<DatagramSocket> make_datagram_socket(asio::io_context& loop, ReadBuffer& buffer,
                                                     const net::Endpoint& local,
                                                     DatagramHandler* handler);

}  // namespace seatrial::io::live
