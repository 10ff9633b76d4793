#include "vuln/record_codec.h"

#include <fmt/format.h>

#include <cmath>

#include "vuln/layout.h"

namespace tallyman {
namespace {

// A record:
//   u8 severity | u8 score x 10 | i64 published | i64 modified
//   text id | text vector | text summary | text url | text data source
//   number of aliases | text each
// where a text is its length and its bytes, and lengths are LEB128.

void put_number(std::uint64_t value, Bytes& into) {
  for (; value >= 0x80; value >>= 7) into.push_back(static_cast<std::uint8_t>(value | 0x80));
  into.push_back(static_cast<std::uint8_t>(value));
}

void put_text(std::string_view text, Bytes& into) {
  put_number(text.size(), into);
  ByteView bytes = as_bytes(text);
  into.insert(into.end(), bytes.begin(), bytes.end());
}

void put_time(Microseconds time, Bytes& into) {
  ByteView bytes = row_bytes(time);
  into.insert(into.end(), bytes.begin(), bytes.end());
}

// Takes values off the front; once something is missing, everything after is empty.
class Taker {
 public:
  explicit Taker(ByteView bytes) : left_(bytes) {}
  bool ok() const { return ok_; }
  std::size_t left() const { return left_.size(); }

  std::uint8_t byte() {
    if (left_.empty()) return lose<std::uint8_t>();
    std::uint8_t value = left_.front();
    left_ = left_.subspan(1);
    return value;
  }

  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      std::uint8_t next = byte();
      value |= static_cast<std::uint64_t>(next & 0x7F) << shift;
      if (next < 0x80) return value;
    }
    return lose<std::uint64_t>();
  }

  Microseconds time() {
    if (left_.size() < sizeof(Microseconds)) return lose<Microseconds>();
    auto value = load_row<Microseconds>(left_, 0);
    left_ = left_.subspan(sizeof(Microseconds));
    return value;
  }

  std::string text() {
    std::uint64_t size = number();
    if (size > left_.size()) return lose<std::string>();
    std::string value(as_text(left_.first(size)));
    left_ = left_.subspan(size);
    return value;
  }

 private:
  template <class T>
  T lose() {
    ok_ = false;
    left_ = {};
    return T{};
  }

  ByteView left_;
  bool ok_ = true;
};

}  // namespace

Result<void> encode_record(const OsvDocument& document, std::string_view data_source, Bytes& into) {
  std::size_t start = into.size();
  into.push_back(static_cast<std::uint8_t>(document.severity));
  into.push_back(static_cast<std::uint8_t>(std::lround(document.cvss_score * 10)));
  put_time(document.published, into);
  put_time(document.modified, into);
  for (std::string_view text : {document.id, document.cvss_vector,
                                std::string_view(document.summary), document.url, data_source}) {
    put_text(text, into);
  }
  put_number(document.aliases.size(), into);
  for (std::string_view alias : document.aliases) put_text(alias, into);
  std::size_t size = into.size() - start;
  if (size <= kMaxRecordBytes) return {};
  into.resize(start);
  return fail(ErrorKind::too_large, "feed.too_large",
              fmt::format("{} bytes of ids and texts, more than {}", size, kMaxRecordBytes));
}

Result<VulnerabilityRecord> decode_record(ByteView block, std::size_t offset) {
  Taker in(offset <= block.size() ? block.subspan(offset) : ByteView{});
  VulnerabilityRecord record;
  std::uint8_t severity = in.byte();
  bool known = severity <= static_cast<std::uint8_t>(Severity::critical);
  record.severity = known ? static_cast<Severity>(severity) : Severity::unknown;
  std::uint8_t score = in.byte();
  known = known && score <= 100;
  record.cvss_score = score / 10.0;
  record.published = in.time();
  record.modified = in.time();
  for (std::string* text :
       {&record.id, &record.cvss_vector, &record.summary, &record.url, &record.data_source}) {
    *text = in.text();
  }
  std::uint64_t aliases = in.number();
  for (std::uint64_t i = 0; i < aliases && in.ok(); ++i) record.aliases.push_back(in.text());
  if (!in.ok() || !known || record.id.empty()) {
    return fail(ErrorKind::corrupt, "index.malformed",
                fmt::format("the record at byte {} of its block is damaged", offset),
                "import the feeds again: tallyman feed import");
  }
  return record;
}

}  // namespace tallyman
