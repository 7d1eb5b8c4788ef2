using Microsoft.Extensions.Configuration;

namespace Dart.Lake.Host;

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
        public int FlushIntervalMs { get; init; }
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
        catch (Exception e) when (e is InvalidDataException or InvalidOperationException or FileNotFoundException)
        {
            throw LakeException.Invalid($"the settings cannot be read: {e.InnerException?.Message ?? e.Message}", e);
        }
        settings.Check();
        return settings;
    }

    void Check()
    {
        Require(DataDir.Length > 0, "DataDir", "a folder");
        Require(FirmCurrency is { Length: 3 } && FirmCurrency.All(char.IsAsciiLetterUpper), "FirmCurrency", "three capital letters, such as USD");
        Require(CalendarVersion == 1, "CalendarVersion", "1, the only version there is");
        Require(Kafka.Partitions is >= 1 and <= 1024, "Kafka__Partitions", "1 to 1024");
        Require(Bronze.CommitIntervalMs is >= 10 and <= 600_000, "Bronze__CommitIntervalMs", "10 to 600000");
        Require(Bronze.MaxRows is >= 1 and <= 10_000_000, "Bronze__MaxRows", "1 to 10000000");
        Require(Hot.FlushIntervalMs is >= 10 and <= 60_000, "Hot__FlushIntervalMs", "10 to 60000");
        Require(DuckDb.Threads is >= 1 and <= 256, "DuckDb__Threads", "1 to 256");
        Require(DuckDb.MemoryLimitMb is >= 64 and <= 1 << 20, "DuckDb__MemoryLimitMb", "64 to 1048576");
        Require(EndOfDay.GateTimeoutSeconds is >= 1 and <= 86_400, "EndOfDay__GateTimeoutSeconds", "1 to 86400");
    }

    static void Require(bool holds, string name, string allowed)
    {
        if (!holds)
            throw LakeException.Invalid($"the setting {name.Replace("__", ":", StringComparison.Ordinal)} must be {allowed}; set it in appsettings.json or as DARTLAKE__{name}");
    }
}
