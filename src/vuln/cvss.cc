#include "vuln/cvss.h"

#include <array>
#include <cmath>
#include <span>
#include <string>

#include "base/text.h"

namespace tallyman {
namespace {

// One base metric and the letters it may have, with their weights.
struct Metric {
  std::string_view name;
  std::string_view letters;
  std::array<double, 4> weights{};
};

constexpr auto kV2 = std::to_array<Metric>({
    {"AV", "LAN", {0.395, 0.646, 1.0}},
    {"AC", "HML", {0.35, 0.61, 0.71}},
    {"Au", "MSN", {0.45, 0.56, 0.704}},
    {"C", "NPC", {0.0, 0.275, 0.660}},
    {"I", "NPC", {0.0, 0.275, 0.660}},
    {"A", "NPC", {0.0, 0.275, 0.660}},
});

constexpr auto kV3 = std::to_array<Metric>({
    {"AV", "NALP", {0.85, 0.62, 0.55, 0.2}},
    {"AC", "LH", {0.77, 0.44}},
    {"PR", "NLH", {0.85, 0.62, 0.27}},
    {"UI", "NR", {0.85, 0.62}},
    {"S", "UC", {0, 1}},
    {"C", "HLN", {0.56, 0.22, 0}},
    {"I", "HLN", {0.56, 0.22, 0}},
    {"A", "HLN", {0.56, 0.22, 0}},
});

constexpr auto kV4 = std::to_array<Metric>({
    {"AV", "NALP"},
    {"AC", "LH"},
    {"AT", "NP"},
    {"PR", "NLH"},
    {"UI", "NPA"},
    {"VC", "HLN"},
    {"VI", "HLN"},
    {"VA", "HLN"},
    {"SC", "HLN"},
    {"SI", "HLN"},
    {"SA", "HLN"},
});

// The weight of every base metric, in table order; nullopt unless each is there exactly once.
template <std::size_t N>
std::optional<std::array<double, N>> read_metrics(const std::array<Metric, N>& metrics,
                                                  std::string_view vector) {
  std::array<double, N> weights{};
  std::array<bool, N> seen{};
  for (std::string_view part : split(vector, '/')) {
    Cut pair = cut(part, ':');
    if (!pair.found || pair.after.empty()) return std::nullopt;
    for (std::size_t i = 0; i < N; ++i) {
      if (metrics[i].name != pair.before) continue;
      std::size_t letter = metrics[i].letters.find(pair.after);
      if (seen[i] || pair.after.size() != 1 || letter == std::string_view::npos) {
        return std::nullopt;
      }
      seen[i] = true;
      weights[i] = metrics[i].weights[letter];
    }
  }
  for (bool one : seen) {
    if (!one) return std::nullopt;
  }
  return weights;
}

// v3.1 appendix A: the smallest number with one decimal that is not below the input, in integers
// so that no machine rounds differently.
double round_up(double value) {
  auto scaled = static_cast<long>(std::lround(value * 100000));
  if (scaled % 10000 == 0) return static_cast<double>(scaled) / 100000;
  long tenths = scaled / 10000;
  return static_cast<double>(tenths + 1) / 10;
}

double score_v2(const std::array<double, 6>& m) {
  double impact = 10.41 * (1 - (1 - m[3]) * (1 - m[4]) * (1 - m[5]));
  double exploitability = 20 * m[0] * m[1] * m[2];
  double factor = impact == 0 ? 0 : 1.176;
  return std::round((0.6 * impact + 0.4 * exploitability - 1.5) * factor * 10) / 10;
}

double score_v3(const std::array<double, 8>& m) {
  bool changed = m[4] != 0;
  double privileges = m[2];
  if (changed && privileges == 0.62) privileges = 0.68;
  if (changed && privileges == 0.27) privileges = 0.5;
  double exploitability = 8.22 * m[0] * m[1] * privileges * m[3];
  double sub = 1 - (1 - m[5]) * (1 - m[6]) * (1 - m[7]);
  double impact = changed ? 7.52 * (sub - 0.029) - 3.25 * std::pow(sub - 0.02, 15) : 6.42 * sub;
  if (impact <= 0) return 0;
  double sum = impact + exploitability;
  return round_up(std::min(changed ? 1.08 * sum : sum, 10.0));
}

Severity rate_v2(double score) {
  if (score >= 7.0) return Severity::high;
  return score >= 4.0 ? Severity::medium : Severity::low;
}

Severity rate_v3(double score) {
  if (score >= 9.0) return Severity::critical;
  if (score >= 7.0) return Severity::high;
  if (score >= 4.0) return Severity::medium;
  return score > 0 ? Severity::low : Severity::negligible;
}

}  // namespace

std::optional<CvssScore> score_cvss(std::string_view vector) {
  if (vector.size() > 512) return std::nullopt;
  if (vector.starts_with("CVSS:3.1/") || vector.starts_with("CVSS:3.0/")) {
    auto metrics = read_metrics(kV3, vector.substr(9));
    if (!metrics) return std::nullopt;
    double score = score_v3(*metrics);
    return CvssScore{3, score, rate_v3(score)};
  }
  if (vector.starts_with("CVSS:4.0/")) {
    if (!read_metrics(kV4, vector.substr(9))) return std::nullopt;
    return CvssScore{4, std::nullopt, Severity::unknown};
  }
  auto metrics = read_metrics(kV2, vector);
  if (!metrics) return std::nullopt;
  double score = score_v2(*metrics);
  return CvssScore{2, score, rate_v2(score)};
}

}  // namespace tallyman
