// A campaign as campaign.json and as words. Neither holds a wall clock: equal campaigns give equal
// bytes, but for the folders of their runs.
#pragma once

#include <string>

#include "scenarios/engine/campaign/ranking.h"

namespace seatrial::scenario::campaign {

std::string to_json(const Campaign& campaign);
// The table, then each failure that breaks something with the reasons; `width` columns.
std::string to_text(const Campaign& campaign, std::size_t width = 100);

}  // namespace seatrial::scenario::campaign
