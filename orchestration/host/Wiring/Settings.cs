using System.Reflection;
using Dart.Lake.Jobs.Producers.Simulation;
using Dart.Lake.Schemas.Naming;
using Microsoft.Extensions.Configuration;

namespace Dart.Lake.Host.Wiring;

/// <summary>
/// What appsettings.json says, overridden by its profile, by environment variables DARTLAKE__Section__Key and then by flags. Every default
/// stands there and nowhere else; what a number may be stands here.
/// </summary>
sealed record Settings
{
    const string SimulationDate = "Simulation:Date", Prefix = "DARTLAKE__";

    /// <summary>What begins the names of values that others define.</summary>
    static readonly string[] others = ["Kafka__Client__", "Trino__Session__", "Spark__Session__"];

    public string Profile { get; init; } = "";
    public string DataDir { get; init; } = "";
    public string FirmCurrency { get; init; } = "";

    /// <summary>There is one version.</summary>
    [Limits(1, 1)]
    public int CalendarVersion { get; init; }
    public LakeSection Lake { get; init; } = new();
    public RestSection Rest { get; init; } = new();
    public KafkaSection Kafka { get; init; } = new();
    public RegistrySection Registry { get; init; } = new();
    public JobsSection Jobs { get; init; } = new();
    public BronzeSection Bronze { get; init; } = new();
    public HotSection Hot { get; init; } = new();
    public DuckDbSection DuckDb { get; init; } = new();
    public TrinoSection Trino { get; init; } = new();
    public SparkSection Spark { get; init; } = new();
    public TargetsSection Targets { get; init; } = new();
    public ModelsSection Models { get; init; } = new();
    public EndOfDaySection EndOfDay { get; init; } = new();
    public ServeSection Serve { get; init; } = new();
    public SimulationSection Simulation { get; init; } = new();

    internal sealed record LakeSection
    {
        public string Catalog { get; init; } = "";
        public string Location { get; init; } = "";
        public string S3Endpoint { get; init; } = "";
        public string S3Region { get; init; } = "";
        public bool S3PathStyle { get; init; }

        [Limits(5, 5_000)]
        public int S3PartMb { get; init; }

        [Limits(0, 10)]
        public int S3Retries { get; init; }

        [Limits(1, 3600)]
        public int S3RequestTimeoutSeconds { get; init; }

        [Limits(64, 1 << 30)]
        public long CacheMb { get; init; }
    }

    internal sealed record RestSection
    {
        public string Url { get; init; } = "";
        public string Warehouse { get; init; } = "";
        public string Token { get; init; } = "";
        public string Credential { get; init; } = "";
        public string TokenUrl { get; init; } = "";
        public string Scope { get; init; } = "";

        [Limits(1, 3600)]
        public int RequestTimeoutSeconds { get; init; }

        [Limits(0, 10)]
        public int Retries { get; init; }
    }

    internal sealed record KafkaSection
    {
        public string Brokers { get; init; } = "";

        [Limits(1, 1024)]
        public int Partitions { get; init; }

        [Limits(1, 86_400)]
        public int PatienceSeconds { get; init; }
        public Dictionary<string, string> Client { get; init; } = [];
    }

    internal sealed record RegistrySection
    {
        public string Url { get; init; } = "";
        public string User { get; init; } = "";
        public string Password { get; init; } = "";
        public string Token { get; init; } = "";
        public string CaFile { get; init; } = "";

        [Limits(1, 3600)]
        public int RequestTimeoutSeconds { get; init; }

        [Limits(0, 10)]
        public int Retries { get; init; }
    }

    internal sealed record JobsSection
    {
        [Limits(1, 86_400)]
        public int ProgressIntervalSeconds { get; init; }
    }

    internal sealed record BronzeSection
    {
        [Limits(10, 600_000)]
        public int CommitIntervalMs { get; init; }

        [Limits(1, 10_000_000)]
        public int MaxRows { get; init; }
        public string NewFields { get; init; } = "";
    }

    internal sealed record HotSection
    {
        public string Redis { get; init; } = "";
        public string RedisPassword { get; init; } = "";
        public string RedisPrefix { get; init; } = "";

        [Limits(0, 65_535)]
        public int RedisPort { get; init; }

        [Limits(10, 60_000)]
        public int FlushIntervalMs { get; init; }

        [Limits(1, 100_000_000)]
        public int MaxHeldRows { get; init; }

        [Limits(0, 86_400)]
        public int CutGraceSeconds { get; init; }

        [Limits(1, 86_400)]
        public int IdleLimitSeconds { get; init; }
    }

    internal sealed record DuckDbSection
    {
        [Limits(1, 256, OrZero = true)]
        public int Threads { get; init; }

        [Limits(64, 1 << 20, OrZero = true)]
        public long MemoryLimitMb { get; init; }

        [Limits(1, 1 << 30, OrZero = true)]
        public long TempLimitMb { get; init; }
    }

    internal sealed record TrinoSection
    {
        public string Url { get; init; } = "";
        public string User { get; init; } = "";
        public string Catalog { get; init; } = "";
        public string Password { get; init; } = "";
        public string Token { get; init; } = "";
        public string CertificateAuthorityFile { get; init; } = "";

        [Limits(1, 3600)]
        public int RequestTimeoutSeconds { get; init; }

        [Limits(1, 3600)]
        public int PatienceSeconds { get; init; }
        public Dictionary<string, string> Session { get; init; } = [];
    }

    internal sealed record SparkSection
    {
        public string Url { get; init; } = "";
        public string User { get; init; } = "";
        public string Catalog { get; init; } = "";
        public string Token { get; init; } = "";
        public string CertificateAuthorityFile { get; init; } = "";

        [Limits(1, 3600)]
        public int RequestTimeoutSeconds { get; init; }

        [Limits(1, 3600)]
        public int PatienceSeconds { get; init; }
        public Dictionary<string, string> Session { get; init; } = [];
    }

    internal sealed record TargetsSection
    {
        public string Silver { get; init; } = "";
        public string Gold { get; init; } = "";
    }

    internal sealed record ModelsSection
    {
        [Limits(1, 86_400)]
        public int TimeoutSeconds { get; init; }
    }

    internal sealed record EndOfDaySection
    {
        [Limits(1, 86_400)]
        public int GateTimeoutSeconds { get; init; }
        public bool Analyze { get; init; }
    }

    internal sealed record ServeSection
    {
        public string Bind { get; init; } = "";

        [Limits(0, 65_535)]
        public int Port { get; init; }
        public string TokenFile { get; init; } = "";
        public string Token { get; init; } = "";
        public string LakeToken { get; init; } = "";
        public string Locations { get; init; } = "";
    }

    internal sealed record SimulationSection
    {
        public DateOnly Date { get; init; }

        [Limits(SimulationSettings.FewestTrades, SimulationSettings.MostTrades)]
        public int Trades { get; init; }

        [Limits(int.MinValue, int.MaxValue)]
        public int Seed { get; init; }
    }

    /// <summary>What may become of a writer's fields that no table has.</summary>
    internal static string[] NewFieldsWords => ["evolve", "ignore", "stop"];

    /// <summary>Whether a property holds settings of its own.</summary>
    public static bool IsSection(PropertyInfo property) => property.PropertyType.DeclaringType == typeof(Settings);

    /// <summary>Variables of the environment that name no setting, each with the one that may be meant: nobody reads them.</summary>
    public static IReadOnlyList<string> Unknown()
    {
        string[] known = [.. Names(typeof(Settings), "")];
        return
        [
            .. from variable in Environment.GetEnvironmentVariables().Keys.Cast<string>().Order(StringComparer.Ordinal)
               where variable.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)
               let name = variable[Prefix.Length..]
               where !known.Contains(name, StringComparer.OrdinalIgnoreCase)
                   && !others.Any(other => name.StartsWith(other, StringComparison.OrdinalIgnoreCase))
               select $"the environment variable {variable} names no setting and is not read; did you mean {Prefix}{NearestName.Of(name, known)}?",
        ];
    }

    /// <summary>The settings' names as the environment has them.</summary>
    static IEnumerable<string> Names(Type section, string path) => section
        .GetProperties(BindingFlags.Instance | BindingFlags.Public)
        .SelectMany(p => IsSection(p) ? Names(p.PropertyType, $"{path}{p.Name}__") : [path + p.Name]);

    /// <summary>Reads and checks the settings.</summary>
    /// <exception cref="LakeException">Invalid: names the setting and what it may be.</exception>
    public static Settings Load()
    {
        Settings settings;
        try
        {
            var configuration = Configuration();
            // the binder takes any form of a date, a flag one
            Require(DateOnly.TryParseExact(configuration[SimulationDate], "yyyy-MM-dd", out _), SimulationDate, "a date, such as 2026-09-22");
            settings = configuration.Get<Settings>() ?? throw LakeException.Invalid("appsettings.json is empty");
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

    static IConfiguration Configuration()
    {
        var file = new ConfigurationBuilder().SetBasePath(AppContext.BaseDirectory).AddJsonFile("appsettings.json", optional: false).Build();
        var environment = new ConfigurationBuilder().AddEnvironmentVariables(Prefix).Build();
        var profile = environment[nameof(Profile)] ?? file[nameof(Profile)] ?? "";
        var profiles = file.GetSection("Profiles");
        var names = profiles.GetChildren().Select(p => p.Key).Order(StringComparer.Ordinal).ToList();
        Require(names.Contains(profile, StringComparer.OrdinalIgnoreCase), nameof(Profile), string.Join(" or ", names));
        return new ConfigurationBuilder()
            .AddConfiguration(file)
            .AddConfiguration(profiles.GetSection(profile))
            .AddConfiguration(environment)
            .Build();
    }

    void Check()
    {
        Require(DataDir.Length > 0, "DataDir", "a folder");
        Require(IsUrl(Lake.S3Endpoint), "Lake:S3Endpoint", "a URL that begins with http:// or https://, without a user, or empty");
        Require(IsUrl(Rest.Url), "Rest:Url", "a URL that begins with http:// or https://, without a user, or empty");
        Require(IsUrl(Rest.TokenUrl), "Rest:TokenUrl", "a URL that begins with http:// or https://, without a user, or empty");
        Require(Rest.Token.Length == 0 || Rest.Credential.Length == 0, "Rest:Token", "empty when there is a Rest:Credential");
        Require(IsUrl(Trino.Url), "Trino:Url", "a URL that begins with http:// or https://, without a user, or empty");
        Require(Trino.User.Length > 0, "Trino:User", "who asks, as Trino's history shows it");
        Require(Trino.Catalog.Length > 0, "Trino:Catalog", "the lake's catalog in Trino, such as lake");
        Require(Trino.Token.Length == 0 || Trino.Password.Length == 0, "Trino:Token", "empty when there is a Trino:Password");
        foreach (var (name, engine) in new[] { ("Silver", Targets.Silver), ("Gold", Targets.Gold) })
            Require(engine is "duckdb" or "trino" or "spark", $"Targets:{name}", "duckdb, trino or spark");
        Require(IsUrl(Spark.Url, "sc"), "Spark:Url", "a URL that begins with sc://, http:// or https://, without a user, or empty");
        Require(Spark.User.Length > 0, "Spark:User", "who asks, as Spark's pages show it");
        Require(Spark.Catalog.Length > 0, "Spark:Catalog", "the lake's catalog in Spark, such as lake");
        Require(Registry.Url.Split(',').All(IsUrl), "Registry:Url", "a URL that begins with http:// or https://, without a user, several with commas between, or empty");
        Require(Lake.S3Region.Length > 0, "Lake:S3Region", "a region, such as us-east-1");
        Require(FirmCurrency is { Length: 3 } && FirmCurrency.All(char.IsAsciiLetterUpper), "FirmCurrency", "three capital letters, such as USD");
        Require(IsPrefix(Hot.RedisPrefix), "Hot:RedisPrefix", "letters, digits, - and _, or empty");
        Require(NewFieldsWords.Contains(Bronze.NewFields, StringComparer.Ordinal), "Bronze:NewFields",
            string.Join(", ", NewFieldsWords[..^1]) + $" or {NewFieldsWords[^1]}");
        foreach (var number in NumberSetting.All(this))
            Require(
                number.Limits.Allow(number.Value),
                number.Name,
                $"{number.Limits}");
    }

    static bool IsUrl(string text) => IsUrl(text, "http");

    /// <param name="text">What may be empty.</param>
    /// <param name="scheme">That may stand in place of http and https.</param>
    static bool IsUrl(string text, string scheme) =>
        text.Length == 0
        // what stands before an @ would be printed with the URL
        || Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme is "http" or "https" || url.Scheme == scheme) && url.UserInfo.Length == 0;

    /// <summary>Whether keys of a Redis may begin with it.</summary>
    public static bool IsPrefix(string text) => text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    static void Require(bool holds, string name, string allowed)
    {
        if (!holds)
            throw LakeException.Invalid(
                $"the setting {name} must be {allowed}; set it in appsettings.json or as {Prefix}{name.Replace(":", "__", StringComparison.Ordinal)}");
    }
}
