#include "cli/registry_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <vector>

#include "base/encoding.h"
#include "store/store.h"
#include "support/shared.h"

namespace tallyman {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing_support::TemporaryFolder;

constexpr std::string_view kPassword = "hunter2-correct-horse";

class FixedClock final : public Clock {
 public:
  Microseconds now() const override { return time; }
  std::chrono::steady_clock::time_point monotonic() const override { return {}; }
  void sleep_for(std::chrono::milliseconds) override {}
  Microseconds time = 1'661'374'628'000'000;  // 2022-08-24T20:57:08Z
};

struct Outcome {
  int code;
  std::string out;
  std::string err;
};

class RegistryCommandTest : public ::testing::Test {
 protected:
  using Command = int (*)(const RegistryFlags&, CommandContext&);

  // Runs one command with this environment and, if given, standard input.
  Outcome run(Command command, const RegistryFlags& flags, const std::string& input = "") {
    Environment environment(variables_);
    std::ostringstream out;
    std::ostringstream err;
    int ends[2];
    EXPECT_EQ(::pipe(ends), 0);
    EXPECT_EQ(::write(ends[1], input.data(), input.size()), static_cast<ssize_t>(input.size()));
    ::close(ends[1]);
    CommandContext context{.environment = environment, .out = out, .err = err, .clock = clock_};
    context.stdin_fd = ends[0];
    context.data_folder = folder_.path() / "data";
    context.validate_registry = [&](const RegistryRecord& record, const Secret& password) {
      asked_.push_back(record.registry + " " + record.user + " " + std::string(password.reveal()));
      return answer_ ? Result<void>(std::unexpected(*answer_)) : Result<void>();
    };
    int code = command(flags, context);
    ::close(ends[0]);
    return {code, out.str(), err.str()};
  }

  static RegistryFlags flags(std::string registry, std::optional<std::string> user = "ann") {
    RegistryFlags flags;
    flags.registry = std::move(registry);
    flags.username = std::move(user);
    return flags;
  }
  void add(const std::string& registry) {
    variables_["TALLYMAN_REGISTRY_PASSWORD"] = kPassword;
    Outcome done = run(registry_add, flags(registry));
    ASSERT_EQ(done.code, 0) << done.err;
    variables_.erase("TALLYMAN_REGISTRY_PASSWORD");
  }
  std::string stored_password(const std::string& registry) {
    auto store = Store::open(folder_.path() / "data", clock_).value();
    return std::string(store->registries().password(registry).value().reveal());
  }
  RegistryRecord stored(const std::string& registry) {
    return Store::open(folder_.path() / "data", clock_).value()->registries().get(registry).value();
  }
  std::size_t count() {
    return Store::open(folder_.path() / "data", clock_).value()->registries().list().value().size();
  }

  TemporaryFolder folder_;
  FixedClock clock_;
  std::map<std::string, std::string, std::less<>> variables_;
  std::optional<Error> answer_;     // what the validator says
  std::vector<std::string> asked_;  // what it was asked
};

TEST_F(RegistryCommandTest, AddPrintsTheRecordAsATable) {
  variables_["TALLYMAN_REGISTRY_PASSWORD"] = kPassword;
  Outcome done = run(registry_add, flags("registry.example.com", "johndoe"));
  EXPECT_EQ(done.code, 0);
  EXPECT_EQ(done.err, " ✔ Added registry\n");
  EXPECT_EQ(done.out,
            "┌──────────────────────┬───────────────┬───────────────┬─────────────────┬────────────"
            "──────────┬──────────────────────┬──────────────────────┐\n"
            "│ REGISTRY NAME        │ REGISTRY TYPE │ REGISTRY USER │ REGISTRY VERIFY │ CREATED AT "
            "          │ LAST UPDATED         │ REGISTRY             │\n"
            "├──────────────────────┼───────────────┼───────────────┼─────────────────┼────────────"
            "──────────┼──────────────────────┼──────────────────────┤\n"
            "│ registry.example.com │ docker_v2     │ johndoe       │ true            │ "
            "2022-08-24T20:57:08Z │ 2022-08-24T20:57:08Z │ registry.example.com │\n"
            "└──────────────────────┴───────────────┴───────────────┴─────────────────┴────────────"
            "──────────┴──────────────────────┴──────────────────────┘\n");
  EXPECT_EQ(stored_password("registry.example.com"), kPassword);
  EXPECT_THAT(asked_,
              ::testing::ElementsAre("registry.example.com johndoe " + std::string(kPassword)));
}

TEST_F(RegistryCommandTest, ListGetAndTheirFormats) {
  add("b.test:5000");
  add("a.test");
  RegistryFlags wanted;
  wanted.output = "id";
  Outcome ids = run(registry_list, wanted);
  EXPECT_EQ(ids.out, "a.test\nb.test:5000\n");
  EXPECT_EQ(ids.err, " ✔ Fetched registries\n");
  wanted.registry = "a.test";
  wanted.output = "json-raw";
  Outcome raw = run(registry_get, wanted);
  EXPECT_EQ(raw.err, " ✔ Fetched registry\n");
  EXPECT_EQ(raw.out,
            R"([{"registry":"a.test","registry_name":"a.test","registry_user":"ann",)"
            R"("registry_type":"docker_v2","registry_verify":true,)"
            R"("created_at":"2022-08-24T20:57:08Z","last_updated":"2022-08-24T20:57:08Z"}])"
            "\n");
  wanted.output = "json";
  EXPECT_THAT(run(registry_get, wanted).out, HasSubstr("    \"registry_user\": \"ann\",\n"));
  wanted.output = "text";
  EXPECT_THAT(run(registry_get, wanted).out, HasSubstr("│ a.test        │ docker_v2"));
}

TEST_F(RegistryCommandTest, NoRecordsAreNoResults) {
  RegistryFlags wanted;
  EXPECT_EQ(run(registry_list, wanted).out, "No results\n");
  wanted.output = "json";
  EXPECT_EQ(run(registry_list, wanted).out, "[]\n");
  wanted.output = "id";
  EXPECT_EQ(run(registry_list, wanted).out, "");
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "data")) << "looking made a store";
}

TEST_F(RegistryCommandTest, FormatComesFromTheEnvironmentToo) {
  add("a.test");
  variables_["ANCHORECTL_FORMAT"] = "id";
  EXPECT_EQ(run(registry_list, {}).out, "a.test\n");
  variables_["TALLYMAN_FORMAT"] = "json-raw";
  EXPECT_THAT(run(registry_list, {}).out, HasSubstr("[{"));
  RegistryFlags wanted;
  wanted.output = "id";
  EXPECT_EQ(run(registry_list, wanted).out, "a.test\n");
  variables_["TALLYMAN_FORMAT"] = "csv";
  Outcome wrong = run(registry_list, {});
  EXPECT_EQ(wrong.code, 3);
  EXPECT_THAT(wrong.err, HasSubstr("json-raw"));
}

TEST_F(RegistryCommandTest, DeleteRemovesAndSaysSo) {
  add("a.test");
  Outcome done = run(registry_delete, flags("a.test"));
  EXPECT_EQ(done.code, 0);
  EXPECT_EQ(done.err, " ✔ Deleted registry\n");
  EXPECT_EQ(done.out, "No results\n");
  EXPECT_EQ(count(), 0U);
}

TEST_F(RegistryCommandTest, UnknownRecordsFail) {
  for (bool store_exists : {false, true}) {
    if (store_exists) add("a.test");
    for (Command command : {registry_get, registry_update, registry_delete}) {
      Outcome done = run(command, flags("none.test"));
      EXPECT_EQ(done.code, 1);
      EXPECT_EQ(done.out, "");
      EXPECT_THAT(done.err, HasSubstr("error registry.unknown: "));
      EXPECT_THAT(done.err, HasSubstr("none.test"));
    }
  }
}

TEST_F(RegistryCommandTest, SecondAddIsAConflictBeforeAnythingIsAsked) {
  add("a.test");
  asked_.clear();
  Outcome done = run(registry_add, flags("A.test:443"));
  EXPECT_EQ(done.code, 1);
  EXPECT_THAT(done.err, HasSubstr("registry.exists"));
  EXPECT_THAT(done.err, HasSubstr("registry update"));
  EXPECT_TRUE(asked_.empty());
}

TEST_F(RegistryCommandTest, UpdateChangesWhatIsGivenAndKeepsTheRest) {
  add("a.test");
  clock_.time += 60'000'000;
  RegistryFlags change;
  change.registry = "a.test";
  change.name = "ours";
  change.secure_connection = false;
  Outcome done = run(registry_update, change);
  EXPECT_EQ(done.code, 0) << done.err;
  EXPECT_EQ(done.err, " ✔ Updated registry\n");
  EXPECT_THAT(done.out, HasSubstr("2022-08-24T20:58:08Z"));
  EXPECT_EQ(stored("a.test").name, "ours");
  EXPECT_EQ(stored("a.test").user, "ann");
  EXPECT_FALSE(stored("a.test").verify);
  EXPECT_EQ(stored_password("a.test"), kPassword);
  EXPECT_EQ(asked_.back(), "a.test ann " + std::string(kPassword)) << "validated with the kept one";
  variables_["ANCHORECTL_REGISTRY_PASSWORD"] = "second";
  EXPECT_EQ(run(registry_update, flags("a.test", "bob")).code, 0);
  EXPECT_EQ(stored_password("a.test"), "second");
  EXPECT_EQ(stored("a.test").user, "bob");
}

TEST_F(RegistryCommandTest, FailedValidationStoresNothing) {
  answer_ = Error{ErrorKind::unauthenticated, "registry.unauthorized", "GET /v2/: 401", "log in"};
  variables_["TALLYMAN_REGISTRY_PASSWORD"] = kPassword;
  Outcome done = run(registry_add, flags("a.test"));
  EXPECT_EQ(done.code, 1);
  EXPECT_EQ(done.out, "");
  EXPECT_THAT(done.err, HasSubstr("error registry.unauthorized: validating a.test: GET /v2/: 401"));
  EXPECT_THAT(done.err, HasSubstr("log in"));
  EXPECT_THAT(done.err, HasSubstr("--validate=false"));
  EXPECT_EQ(count(), 0U);
  RegistryFlags unchecked = flags("a.test");
  unchecked.validate = false;
  EXPECT_EQ(run(registry_add, unchecked).code, 0);
  RegistryFlags change = flags("a.test", "bob");
  EXPECT_EQ(run(registry_update, change).code, 1);
  EXPECT_EQ(stored("a.test").user, "ann");
}

TEST_F(RegistryCommandTest, WhatTheRegistryRefusesIsNoMatterOfUsage) {
  answer_ = Error{ErrorKind::invalid, "registry.refused", "GET /v2/: 418", ""};
  variables_["TALLYMAN_REGISTRY_PASSWORD"] = kPassword;
  EXPECT_EQ(run(registry_add, flags("a.test")).code, 1);
}

TEST_F(RegistryCommandTest, PasswordByStandardInputBeatsTheEnvironment) {
  variables_["TALLYMAN_REGISTRY_PASSWORD"] = "from the environment";
  RegistryFlags wanted = flags("a.test");
  wanted.password_stdin = true;
  EXPECT_EQ(run(registry_add, wanted, "line 1\nline 2\n").code, 0);
  EXPECT_EQ(stored_password("a.test"), "line 1\nline 2");
}

TEST_F(RegistryCommandTest, EnvironmentStandsInForFlags) {
  variables_ = {{"ANCHORECTL_REGISTRY_USERNAME", "theirs"},
                {"TALLYMAN_REGISTRY_USERNAME", "ours"},
                {"ANCHORECTL_REGISTRY_PASSWORD", "-----BEGIN\n{\"key\": 1}\n"},
                {"ANCHORECTL_REGISTRY_TYPE", "docker_v2"},
                {"ANCHORECTL_REGISTRY_NAME", "named"},
                {"ANCHORECTL_REGISTRY_SECURE_CONNECTION", "FALSE"},
                {"ANCHORECTL_REGISTRY_VALIDATE", "no"},
                {"ANCHORECTL_USERNAME", "never"},
                {"ANCHORECTL_PASSWORD", "never"},
                {"ANCHORECTL_URL", "https://never.test"}};
  EXPECT_EQ(run(registry_add, flags("a.test", std::nullopt)).code, 0);
  EXPECT_EQ(stored("a.test").user, "ours");
  EXPECT_EQ(stored("a.test").name, "named");
  EXPECT_FALSE(stored("a.test").verify);
  EXPECT_EQ(stored_password("a.test"), "-----BEGIN\n{\"key\": 1}\n") << "kept exactly";
  EXPECT_TRUE(asked_.empty());
  RegistryFlags beats = flags("b.test", "flag");
  beats.secure_connection = true;
  beats.name = "flagged";
  beats.validate = true;
  EXPECT_EQ(run(registry_add, beats).code, 0);
  EXPECT_EQ(stored("b.test").user, "flag");
  EXPECT_EQ(stored("b.test").name, "flagged");
  EXPECT_TRUE(stored("b.test").verify);
  EXPECT_EQ(asked_.size(), 1U);
}

TEST_F(RegistryCommandTest, FlagsThatMakeNoSenseAreUsageErrors) {
  variables_["TALLYMAN_REGISTRY_PASSWORD"] = kPassword;
  EXPECT_EQ(run(registry_add, flags("")).code, 3);
  EXPECT_EQ(run(registry_add, flags("https://a.test")).code, 3);
  EXPECT_EQ(run(registry_add, flags("a.test/")).code, 3);
  EXPECT_EQ(run(registry_add, flags("a.test", "ann:pw")).code, 3);
  EXPECT_EQ(run(registry_add, flags("a.test", std::nullopt)).code, 3) << "password without user";
  EXPECT_EQ(run(registry_list, flags("a.test")).code, 3);
  variables_["TALLYMAN_REGISTRY_VALIDATE"] = "perhaps";
  EXPECT_THAT(run(registry_add, flags("a.test")).err, HasSubstr("TALLYMAN_REGISTRY_VALIDATE"));
  variables_.clear();
  Outcome none = run(registry_add, flags("a.test"));
  EXPECT_EQ(none.code, 3);
  EXPECT_THAT(none.err, HasSubstr("registry.password_missing"));
  EXPECT_THAT(none.err, HasSubstr("TALLYMAN_REGISTRY_PASSWORD"));
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "data"));
}

TEST_F(RegistryCommandTest, OtherTypesAreNotSupported) {
  variables_["TALLYMAN_REGISTRY_PASSWORD"] = kPassword;
  RegistryFlags wanted = flags("123456789012.dkr.ecr.us-east-1.amazonaws.com");
  wanted.type = "awsecr";
  Outcome done = run(registry_add, wanted);
  EXPECT_EQ(done.code, 1);
  EXPECT_THAT(done.err, HasSubstr("registry.type"));
  EXPECT_THAT(done.err, HasSubstr("docker_v2"));
}

TEST_F(RegistryCommandTest, AnonymousRecordsNeedNoPassword) {
  EXPECT_EQ(run(registry_add, flags("a.test", std::nullopt)).code, 0);
  EXPECT_EQ(asked_.back(), "a.test  ");
  EXPECT_EQ(run(registry_update, flags("a.test", "ann")).code, 3) << "now it needs one";
  variables_["TALLYMAN_REGISTRY_PASSWORD"] = kPassword;
  EXPECT_EQ(run(registry_update, flags("a.test", "ann")).code, 0);
}

TEST_F(RegistryCommandTest, CaFileIsCheckedAndKeptAbsolute) {
  std::filesystem::path good = folder_.path() / "ca.pem";
  std::ofstream(good) << "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
  std::filesystem::path bad = folder_.path() / "key.pem";
  std::ofstream(bad) << "-----BEGIN PRIVATE KEY-----\nabc\n";
  RegistryFlags wanted = flags("a.test", std::nullopt);
  wanted.ca_file = folder_.path() / "none.pem";
  Outcome missing = run(registry_add, wanted);
  EXPECT_EQ(missing.code, 1);
  EXPECT_THAT(missing.err, HasSubstr("none.pem"));
  wanted.ca_file = bad;
  EXPECT_THAT(run(registry_add, wanted).err, HasSubstr("registry.ca_file"));
  wanted.ca_file = std::filesystem::relative(good).string();
  EXPECT_EQ(run(registry_add, wanted).code, 0);
  EXPECT_TRUE(std::filesystem::path(stored("a.test").ca_file).is_absolute());
  EXPECT_TRUE(std::filesystem::equivalent(stored("a.test").ca_file, good));
  wanted.ca_file = "";
  EXPECT_EQ(run(registry_update, wanted).code, 0);
  EXPECT_EQ(stored("a.test").ca_file, "");
}

TEST_F(RegistryCommandTest, WithoutTheKeyEveryCommandFailsLoudly) {
  add("a.test");
  std::filesystem::remove(Store::key_file(folder_.path() / "data"));
  variables_["TALLYMAN_REGISTRY_PASSWORD"] = kPassword;
  for (Command command : {registry_get, registry_update, registry_delete, registry_add}) {
    Outcome done = run(command, flags("a.test"));
    EXPECT_EQ(done.code, 1);
    EXPECT_THAT(done.err, HasSubstr("key.missing"));
    EXPECT_THAT(done.err, HasSubstr("tallyman.key"));
  }
  EXPECT_THAT(run(registry_list, {}).err, HasSubstr("key.missing"));
}

TEST_F(RegistryCommandTest, NamesCannotDriveTheTerminal) {
  variables_["TALLYMAN_REGISTRY_PASSWORD"] = kPassword;
  RegistryFlags wanted = flags("a.test");
  wanted.name = "\x1b[2Jred\xE2\x80\xAE";
  EXPECT_EQ(run(registry_add, wanted).code, 0);
  answer_ = Error{ErrorKind::denied, "registry.denied", "server says \x1b]0;title\x07", ""};
  wanted.registry = "b.test";
  for (const Outcome& done : {run(registry_list, {}), run(registry_add, wanted)}) {
    EXPECT_THAT(done.out + done.err, Not(HasSubstr("\x1b")));
  }
}

// Every command, with every kind of success and failure, in every format.
TEST_F(RegistryCommandTest, NoOutputEverHoldsThePassword) {
  const std::string password(kPassword);
  const std::string header = base64_encode(as_bytes("ann:" + password));
  auto expect_silent = [&](const Outcome& done) {
    EXPECT_THAT(done.out + done.err, Not(HasSubstr(password)));
    EXPECT_THAT(done.out + done.err, Not(HasSubstr(header)));
  };
  RegistryFlags extra = flags("a.test");
  extra.extra_positionals = {password};
  RegistryFlags in_url = flags("https://ann:" + password + "@a.test");
  RegistryFlags in_user = flags("a.test", "ann:" + password);
  RegistryFlags bad_output = flags("a.test");
  bad_output.output = "table";
  for (const char* source : {"", "TALLYMAN_REGISTRY_PASSWORD", "ANCHORECTL_REGISTRY_PASSWORD"}) {
    if (*source != '\0') variables_[source] = password;
    for (const char* output : {"text", "json", "json-raw", "id"}) {
      for (bool refused : {true, false}) {
        answer_.reset();
        if (refused) {
          answer_ = Error{ErrorKind::denied, "registry.denied",
                          "got Basic " + header + " for " + password + password, "not " + password};
        }
        RegistryFlags plain = flags("a.test");
        plain.output = output;
        RegistryFlags by_stdin = plain;
        by_stdin.password_stdin = true;
        for (Command command :
             {registry_add, registry_update, registry_get, registry_list, registry_delete}) {
          for (const RegistryFlags& tried :
               {plain, extra, in_url, in_user, bad_output, RegistryFlags{}}) {
            expect_silent(run(command, tried));
          }
          expect_silent(run(command, by_stdin, password + "\n"));
        }
      }
    }
  }
  Outcome done = run(registry_add, extra);
  EXPECT_EQ(done.code, 3);
  EXPECT_THAT(done.err, HasSubstr("TALLYMAN_REGISTRY_PASSWORD"));
}

}  // namespace
}  // namespace tallyman
