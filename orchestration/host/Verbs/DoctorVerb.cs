using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Dart.Lake.Host.Output;
using Dart.Lake.Host.Wiring;
using Dart.Lake.Jobs.Runtime.Kafka;
using Dart.Lake.Lakehouse.HotStore;
using Dart.Lake.Schemas;

namespace Dart.Lake.Host.Verbs;

/// <summary><c>doctor</c>: checks the environment before a start and says how to mend what is missing.</summary>
static class DoctorVerb
{
    const long FreeBytesWanted = 2L << 30, MemoryWanted = 2L << 30;
    static readonly string[] KafkaFeatures = ["ssl", "sasl_plain", "sasl_scram", "sasl_oauthbearer", "gzip", "snappy", "lz4", "zstd"];
    static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(2), AnswerLimit = TimeSpan.FromSeconds(5);

    sealed record Finding(string Check, bool Good, string Says);

    public static Command Build(Composition composition)
    {
        var dataDir = Flags.DataDir(composition.Settings);
        var brokers = Flags.Brokers(composition.Settings);
        var redis = Flags.Redis(composition.Settings);
        var prefix = Flags.RedisPrefix(composition.Settings);
        var kafka = Flags.KafkaClient();
        var json = Flags.Json();
        var verb = new Command("doctor", "Check the environment before a start and say how to mend what is missing") { dataDir, brokers, kafka, redis, prefix, json };
        verb.SetAction(async (parsed, cancel) =>
        {
            var (catalog, lake) = await CatalogAsync(composition, parsed.GetValue(dataDir)!, cancel);
            List<Finding> findings =
            [
                Runtime(),
                Libc(),
                Native("DuckDB", "duckdb"),
                Native("ParquetSharp", "ParquetSharpNative"),
                Native("SQLite", "e_sqlite3"),
                KafkaClient(),
                Folder(parsed.GetValue(dataDir)!),
                Space(parsed.GetValue(dataDir)!),
                Memory(composition.Machine),
                Engine(composition, parsed.GetValue(dataDir)!),
                Port(composition.Settings.Hot.RedisPort),
                .. await ReachableAsync(
                    "Kafka", parsed.GetValue(brokers)!, 9092,
                    address => KafkaAsync(composition, address, parsed.GetValue(kafka), cancel), cancel),
                .. await ReachableAsync(
                    "Redis", parsed.GetValue(redis)!, 6379,
                    address => RedisAsync(composition, address, parsed.GetValue(prefix)!, cancel), cancel),
                await RegistryAsync(composition, cancel),
                .. await HotJobAsync(composition, parsed.GetValue(redis)!, parsed.GetValue(prefix)!, lake, cancel),
                catalog,
            ];
            var table = new ResultTable("", "check", "good", "says");
            foreach (var finding in findings)
                table.Add(finding.Check, finding.Good, finding.Says);
            table.Print(parsed.GetValue(json));
            return findings.Find(finding => !finding.Good) is { } first ? Failure.Say($"{first.Check}: {first.Says}") : 0;
        });
        return verb;
    }

    static Finding Runtime() => new(".NET", Environment.Version.Major >= 10, Environment.Version.Major >= 10
        ? $"{RuntimeInformation.FrameworkDescription} on {RuntimeInformation.RuntimeIdentifier}, {Environment.ProcessorCount} cores"
        : $"{RuntimeInformation.FrameworkDescription} is too old; install the .NET 10 SDK");

    static Finding Libc()
    {
        var musl = RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal);
        return new("libc", !musl, musl ? "the native parts have no build for musl; use a Debian-based image" : "native parts are there for this platform");
    }

    static Finding Native(string name, string library)
    {
        var loaded = NativeLibrary.TryLoad(library, typeof(Dart.Lake.Lakehouse.Catalogs.ICatalog).Assembly, null, out _);
        return new(name, loaded, loaded ? "its native library loads" : $"{library} does not load; run 'make clean build', and see that the platform is one of linux-x64, linux-arm64, osx, win");
    }

    static Finding KafkaClient()
    {
        const string check = "Kafka client";
        try
        {
            var (path, version, features) = (KafkaLibrary.Load(), KafkaLibrary.Version, KafkaLibrary.Features);
            if (version != KafkaLibrary.WantedVersion)
                return new(check, false, $"{path} is librdkafka {version}, and {KafkaLibrary.WantedVersion} is wanted; run 'make clean build'");
            if (KafkaFeatures.Except(features).ToList() is { Count: > 0 } missing)
                return new(check, false, $"{path} was built without {string.Join(", ", missing)}; run 'make clean build'");
            var kerberos = features.Contains("sasl_gssapi") ? "" : "; no Kerberos, for which libsasl2.so.3 must be there";
            return new(check, true, $"librdkafka {version}, {path}{kerberos}");
        }
        catch (LakeException e)
        {
            return new(check, false, e.Message);
        }
    }

    static Finding Folder(string folder)
    {
        if (File.Exists(Existing(folder)))
            return new("data folder", false, $"{Existing(folder)} is a file; give another with --data-dir");
        try
        {
            var probe = Path.Combine(Existing(folder), $".doctor-{Environment.ProcessId}");
            File.WriteAllText(probe, "");
            File.Delete(probe);
            return new("data folder", true, $"{Path.GetFullPath(folder)} can be written");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new("data folder", false, $"{Path.GetFullPath(folder)} cannot be written ({e.Message.TrimEnd('.')}); give another with --data-dir");
        }
    }

    static Finding Space(string folder)
    {
        var free = new DriveInfo(Existing(folder)).AvailableFreeSpace;
        return new("disk space", free >= FreeBytesWanted, $"{free >> 20:N0} MiB free" + (free >= FreeBytesWanted ? "" : $"; a demo day wants {FreeBytesWanted >> 20:N0} MiB"));
    }

    static Finding Memory(Machine machine)
    {
        var bytes = machine.MemoryBytes;
        return new("memory", bytes >= MemoryWanted, $"{bytes >> 20:N0} MiB for this process" + (bytes >= MemoryWanted ? "" : $"; a demo day of full size wants {MemoryWanted >> 20:N0} MiB, give it fewer --trades"));
    }

    /// <summary>What queries may have, and which setting says so.</summary>
    static Finding Engine(Composition composition, string folder)
    {
        var (machine, settings) = (composition.Machine, composition.Settings.DuckDb);
        var memory = machine.MemoryLimit(settings.MemoryLimitMb);
        var says = $"{machine.Threads(settings.Threads)} threads{From(settings.Threads, "DuckDb:Threads")}, "
            + $"{memory >> 20:N0} MiB of memory{From(settings.MemoryLimitMb, "DuckDb:MemoryLimitMb")}, "
            + $"{Machine.TempLimit(settings.TempLimitMb, Existing(folder)) >> 20:N0} MiB of temporary files{From(settings.TempLimitMb, "DuckDb:TempLimitMb")}";
        var fits = memory <= machine.MemoryBytes;
        return new("queries", fits, fits ? says : $"{says}; that is more memory than this process may have: lower DuckDb:MemoryLimitMb, or set it to 0");

        static string From(long setting, string name) => setting == 0 ? "" : $" (by {name})";
    }

    static Finding Port(int port)
    {
        if (port == 0)
            return new("Redis port", true, "the demo's own Redis takes a free one");
        try
        {
            using var probe = new TcpListener(IPAddress.Loopback, port);
            probe.Start();
            return new("Redis port", true, $"{port} is free for the demo's own Redis");
        }
        catch (SocketException e)
        {
            return new("Redis port", false, $"{port} cannot be had ({e.Message}); set Hot:RedisPort to another, or to 0 for a free one");
        }
    }

    // a check leaves nothing behind: a folder that is not there yet is judged by its nearest parent
    static string Existing(string folder)
    {
        var at = Path.GetFullPath(folder);
        while (!Path.Exists(at) && Path.GetDirectoryName(at) is { } parent)
            at = parent;
        return at;
    }

    /// <param name="service">Its name.</param>
    /// <param name="addresses">host:port, several separated by commas.</param>
    /// <param name="defaultPort">Of addresses that name none.</param>
    /// <param name="ask">Speaks to one that listens, in its own protocol, and says what it answers.</param>
    /// <param name="cancel">Ends it.</param>
    static async Task<IEnumerable<Finding>> ReachableAsync(
        string service, string addresses, int defaultPort, Func<string, Task<string>> ask, CancellationToken cancel)
    {
        if (addresses.Length == 0)
            return [new(service, true, "none named; demo runs its own in this process")];
        var findings = new List<Finding>();
        foreach (var address in addresses.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            findings.Add(await ConnectAsync(service, address, defaultPort, ask, cancel));
        return findings;
    }

    static async Task<string> KafkaAsync(Composition composition, string address, string[]? client, CancellationToken cancel)
    {
        var settings = composition.Kafka(address, client, "doctor") with { Timeout = AnswerLimit };
        var topics = await KafkaProbe.TopicsAsync(settings, cancel);
        return $"{address} answers, and has {topics} of {Topics.All.Count} topics";
    }

    static async Task<Finding> RegistryAsync(Composition composition, CancellationToken cancel)
    {
        const string check = "schema registry";
        try
        {
            using var registry = composition.HttpRegistry();
            return new(check, true, registry is null
                ? "files in the data folder"
                : $"{composition.Settings.Registry.Url} answers, and has {await registry.CountSubjectsAsync(cancel)} subjects");
        }
        catch (LakeException e)
        {
            return new(check, false, e.Message);
        }
    }

    static async Task<string> RedisAsync(Composition composition, string address, string prefix, CancellationToken cancel)
    {
        var settings = composition.Redis(address, prefix);
        await using var store = await RedisStore.ConnectAsync(settings, composition.Time, composition.Ids, cancel);
        return $"{address} answers";
    }

    static async Task<Finding> ConnectAsync(
        string service, string address, int defaultPort, Func<string, Task<string>> ask, CancellationToken cancel)
    {
        var colon = address.LastIndexOf(':');
        var host = colon < 0 ? address : address[..colon];
        if (!(colon < 0 || ushort.TryParse(address[(colon + 1)..], out _)))
            return new(service, false, $"'{address}' is not host:port");
        var port = colon < 0 ? defaultPort : ushort.Parse(address[(colon + 1)..]);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(ConnectLimit);
        try
        {
            // what does not listen is told within two seconds, whatever patience the clients have
            using (var client = new TcpClient())
                await client.ConnectAsync(host, port, limit.Token);
            return new(service, true, await ask($"{host}:{port}"));
        }
        catch (LakeException e)
        {
            return new(service, false, e.Message);
        }
        catch (Exception e) when (e is SocketException || e is OperationCanceledException && !cancel.IsCancellationRequested)
        {
            return new(service, false, $"nothing answers at {address}; start it, or correct the address");
        }
    }

    /// <summary>What the lake's hot job says of itself, where its Redis answers.</summary>
    static async Task<IEnumerable<Finding>> HotJobAsync(
        Composition composition, string redis, string prefix, string? lake, CancellationToken cancel)
    {
        if (redis.Length == 0)
            return [];
        try
        {
            var settings = composition.Redis(redis, prefix);
            await using var store = await RedisStore.ConnectAsync(settings, composition.Time, composition.Ids, cancel);
            if (lake is not null && await store.FindOtherAsync("hot", lake, cancel) is { } other)
                return [new("hot job", !other.Lives, other.Lives
                    ? $"the one that lives there is another lake's (lake {other.Lake}); give this lake keys of its own with --redis-prefix NAME, or name another Redis with --redis"
                    : $"none writes there; that of another lake (lake {other.Lake}) has ended, and its keys go when one of this lake begins")];
            var meta = await store.TryReadAsync(HotKeys.Meta("hot"), cancel);
            return [meta switch
            {
                null => new("hot job", true, "none writes there"),
                _ when meta["waits"] is { } waits => new("hot job", false, $"for {Age(meta["waits_since"], composition.Time)}, lag {meta["lag"]}: {waits}"),
                _ when meta["lost"] is { } lost => new("hot job", false, $"no numbers, because some are beyond their types: {lost}"),
                _ => new("hot job", true, $"lag {meta["lag"]}, {meta["left_out"] ?? "0"} rows left out by row rules"),
            }];
        }
        catch (LakeException)
        {
            // that nothing answers has a line of its own
            return [];
        }
    }

    static string Age(string? micros, TimeProvider time) =>
        long.TryParse(micros, out var since) ? $"{(time.GetUtcNow() - DateTimeOffset.UnixEpoch.AddMicroseconds(since)).TotalSeconds:N0} s" : "some time";

    /// <returns>With the lake's id: empty when there is none yet, null when it cannot be told.</returns>
    static async Task<(Finding, string? Lake)> CatalogAsync(Composition composition, string folder, CancellationToken cancel)
    {
        if (!composition.IsShared && !File.Exists(Path.Combine(folder, "catalog.db")))
            return (new("catalog", true, "none yet; the first job makes it"), "");
        try
        {
            await using var lake = await composition.OpenAsync(folder, cancel);
            return (new("catalog", true, $"{(await lake.Catalog.ListAsync(cancel)).Count} tables"), lake.Id);
        }
        catch (LakeException e)
        {
            return (new("catalog", false, e.Message), null);
        }
    }
}
