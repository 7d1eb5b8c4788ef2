using Microsoft.Extensions.Configuration;

namespace Dart.Lake.Host.Wiring;

/// <summary>What appsettings.json says, overridden by environment variables DARTLAKE__Section__Key and then by flags.</summary>
sealed record Settings
{
    public string DataDir { get; init; } = "";
    public string FirmCurrency { get; init; } = "";
    public int CalendarVersion { get; init; }
    public KafkaSection Kafka { get; init; } = new();
    public BronzeSection Bronze { get; init; } = new();
    public HotSection Hot { get; init; } = new();
    public DuckDbSection DuckDb { get; init; } = new();
    public EndOfDaySection EndOfDay { get; init; } = new();

    internal sealed record KafkaSection
    {
        public string Brokers { get; init; } = "";
        public int Partitions { get; init; }
        public int PatienceSeconds { get; init; }
        public Dictionary<string, string> Client { get; init; } = [];
    }

    internal sealed record BronzeSection
    {
        public int CommitIntervalMs { get; init; }
        public int MaxRows { get; init; }
    }

    internal sealed record HotSection
    {
        public string Redis { get; init; } = "";
        public string RedisPassword { get; init; } = "";
        public int RedisPort { get; init; }
        public int FlushIntervalMs { get; init; }
        public int MaxHeldRows { get; init; }
    }

    internal sealed record DuckDbSection
    {
        public int Threads { get; init; }
        public long MemoryLimitMb { get; init; }
    }

    internal sealed record EndOfDaySection
    {
        public int GateTimeoutSeconds { get; init; }
    }

    /// <summary>Reads and checks the settings.</summary>
    /// <exception cref="LakeException">Invalid: names the setting and what it may be.</exception>
    public static Settings Load()
    {
        Settings settings;
        try
        {
            settings = new ConfigurationBuilder()
                .SetBasePath(AppContext.BaseDirectory)
                .AddJsonFile("appsettings.json", optional: false)
                .AddEnvironmentVariables("DARTLAKE__")
                .Build()
                .Get<Settings>() ?? throw LakeException.Invalid("appsettings.json is empty");
        }
        catch (InvalidOperationException e)
        {
            // names the setting, which the cause within does not
            throw LakeException.Invalid($"a setting cannot be read: {e.Message} Correct it in appsettings.json or in the environment variable DARTLAKE__SECTION__KEY", e);
        }
        catch (Exception e) when (e is InvalidDataException or FileNotFoundException)
        {
            throw LakeException.Invalid($"appsettings.json cannot be read: {e.InnerException?.Message ?? e.Message}; restore it with 'make build'", e);
        }
        settings.Check();
        return settings;
    }

    void Check()
    {
        Require(DataDir.Length > 0, "DataDir", "a folder");
        Require(FirmCurrency is { Length: 3 } && FirmCurrency.All(char.IsAsciiLetterUpper), "FirmCurrency", "three capital letters, such as USD");
        Require(CalendarVersion == 1, "CalendarVersion", "1, the only version there is");
        Require(Kafka.Partitions, Limits.Partitions, "Kafka__Partitions");
        Require(Kafka.PatienceSeconds, new(1, 86_400), "Kafka__PatienceSeconds");
        Require(Bronze.CommitIntervalMs, Limits.CommitIntervalMs, "Bronze__CommitIntervalMs");
        Require(Bronze.MaxRows, new(1, 10_000_000), "Bronze__MaxRows");
        Require(Hot.RedisPort, Limits.Port, "Hot__RedisPort");
        Require(Hot.FlushIntervalMs, new(10, 60_000), "Hot__FlushIntervalMs");
        Require(Hot.MaxHeldRows, new(1, 100_000_000), "Hot__MaxHeldRows");
        Require(DuckDb.Threads, new(1, 256), "DuckDb__Threads");
        Require(DuckDb.MemoryLimitMb, new(64, 1 << 20), "DuckDb__MemoryLimitMb");
        Require(EndOfDay.GateTimeoutSeconds, new(1, 86_400), "EndOfDay__GateTimeoutSeconds");
    }

    static void Require(long value, Limits limits, string name) => Require(value >= limits.From && value <= limits.To, name, limits.ToString());

    static void Require(bool holds, string name, string allowed)
    {
        if (!holds)
            throw LakeException.Invalid($"the setting {name.Replace("__", ":", StringComparison.Ordinal)} must be {allowed}; set it in appsettings.json or as DARTLAKE__{name}");
    }
}
