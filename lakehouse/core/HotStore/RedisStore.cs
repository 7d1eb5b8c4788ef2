using System.Globalization;
using System.Runtime.CompilerServices;
using Dart.Lake.Schemas;
using StackExchange.Redis;

namespace Dart.Lake.Lakehouse.HotStore;

/// <summary>
/// The hot store: hashes of text in a Redis (redis-server or Garnet, only what both have). Writes go
/// through a Lua script that a stale epoch does not pass, so a writer that was replaced and wakes up again
/// changes nothing. It is never the only copy of anything. One flush at a time; reads are thread-safe.
/// </summary>
public sealed class RedisStore : IAsyncDisposable
{
    /// <summary>Keys of one script call: KEYS and ARGV are bounded, and the server serves others in between.</summary>
    const int ChunkKeys = 128;

    const int Attempts = 4, ReadChunk = 512, RenewalsPerLife = 6_000, FewestRenewals = 16, BytesPerField = 64;

    /// <summary>Why a hash is not written: the epoch in the server is a later one, or the keys are another lake's.</summary>
    const int Stale = -1, Foreign = -2;

    /// <summary>A job whose meta hash is older than this is dead: a live one writes it with every flush and renews it meanwhile.</summary>
    static readonly TimeSpan alive = TimeSpan.FromSeconds(30);

    // KEYS: the job's meta hash, then hashes. ARGV: epoch, seconds to live, the expected canary (empty: not to
    // be checked), id of the lake, then per key the number of its field and value texts and these, and the number of fields that
    // are null and these (nothing at all: only renew). Returns how many keys were not there any more, or -1 for
    // a stale epoch, or -2 for another lake. A key is never deleted and made again: Garnet's readers would see it gone in between.
    const string Script = """
        local held = redis.call('HGET', KEYS[1], 'epoch')
        local lake = redis.call('HGET', KEYS[1], 'lake')
        if lake and lake ~= ARGV[4] then return -2 end
        if held and tonumber(held) > tonumber(ARGV[1]) then return -1 end
        local lost = 0
        if ARGV[3] ~= '' and redis.call('HGET', KEYS[1], 'canary') ~= ARGV[3] then lost = 1 end
        local at = 5
        for i = 1, #KEYS do
          local n = tonumber(ARGV[at])
          if n > 0 then redis.call('HSET', KEYS[i], unpack(ARGV, at + 1, at + n)) end
          at = at + n + 1
          local nulls = tonumber(ARGV[at])
          if nulls > 0 then redis.call('HDEL', KEYS[i], unpack(ARGV, at + 1, at + nulls)) end
          at = at + nulls + 1
          if redis.call('EXPIRE', KEYS[i], ARGV[2]) == 0 and not (n == 0 and nulls > 0) then lost = lost + 1 end
        end
        return lost
        """;

    // KEYS: the job's meta hash. ARGV: epoch, id of the lake, now, seconds to live. Only what is this job's is renewed: a hash of
    // nobody's is made by the first flush.
    const string HoldScript = """
        local held = redis.call('HGET', KEYS[1], 'epoch')
        if redis.call('HGET', KEYS[1], 'lake') ~= ARGV[2] or not held or tonumber(held) > tonumber(ARGV[1]) then return 0 end
        redis.call('HSET', KEYS[1], 'as_of', ARGV[3])
        return redis.call('EXPIRE', KEYS[1], ARGV[4])
        """;

    readonly HotStoreSettings settings;
    readonly ConnectionMultiplexer connection;
    readonly TimeProvider time;
    readonly string canary;
    readonly Dictionary<string, int> written = new(StringComparer.Ordinal);
    readonly List<string> renewal = [];
    long writtenBytes;
    int nextRenewal;
    bool hasCanary;

    RedisStore(HotStoreSettings settings, ConnectionMultiplexer connection, TimeProvider time, string canary)
    {
        this.settings = settings;
        this.connection = connection;
        this.time = time;
        this.canary = canary;
    }

    /// <summary>Connects.</summary>
    /// <exception cref="LakeException">Unavailable: nobody answers there; Invalid:
    /// the address is no host:port, or the password is refused.</exception>
    public static async Task<RedisStore> ConnectAsync(HotStoreSettings settings, TimeProvider time, IdSource ids, CancellationToken cancel)
    {
        var separator = settings.Address.LastIndexOf(':');
        if (separator <= 0
            || !int.TryParse(settings.Address.AsSpan(separator + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            || port is 0 or > 65535)
            throw LakeException.Invalid($"'{settings.Address}' is no Redis address; write HOST:PORT, for example localhost:6379");
        var options = new ConfigurationOptions
        {
            EndPoints = { { settings.Address[..separator].Trim('[', ']'), port } },
            Password = settings.Password,
            AbortOnConnectFail = true,
            ConnectRetry = 1,
            ConnectTimeout = (int)settings.Timeout.TotalMilliseconds,
            AsyncTimeout = (int)settings.Timeout.TotalMilliseconds,
            ClientName = "dartlake",
        };
        try
        {
            return new(settings, await ConnectionMultiplexer.ConnectAsync(options).WaitAsync(cancel), time, ids.NewId().ToString("N"));
        }
        catch (RedisConnectionException e)
        {
            throw e.FailureType == ConnectionFailureType.AuthenticationFailure
                || e.Message.Contains("NOAUTH", StringComparison.Ordinal)
                || e.Message.Contains("WRONGPASS", StringComparison.Ordinal)
                ? LakeException.Invalid($"the Redis at {settings} refuses the password; set the right one as DARTLAKE__Hot__RedisPassword", e)
                : Gone(settings, e);
        }
    }

    /// <summary>Takes the keys for a lake. Those that a dead job of another lake has left are removed.</summary>
    /// <exception cref="LakeException">Invalid: another lake's job lives here. Unavailable: the server does not answer.</exception>
    public async Task ClaimAsync(string job, string lake, CancellationToken cancel)
    {
        if (await FindOtherAsync(job, lake, cancel) is not { } other)
            return;
        if (other.Lives)
            throw OfAnotherLake(other.Lake);
        foreach (var chunk in (await KeysAsync(HotKeys.Prefix, cancel)).Chunk(ReadChunk))
            await TryAsync(db => db.KeyDeleteAsync([.. chunk.Select(key => (RedisKey)Named(key))]), cancel);
    }

    /// <summary>The other lake whose job has written here, and whether that still lives; null: none has.</summary>
    public async Task<(string Lake, bool Lives)?> FindOtherAsync(string job, string lake, CancellationToken cancel)
    {
        if (await TryReadAsync(HotKeys.Meta(job), cancel) is not { } meta || meta["lake"] is not { Length: > 0 } other || other == lake)
            return null;
        var asOf = long.TryParse(meta["as_of"], CultureInfo.InvariantCulture, out var at) ? at : 0;
        // Whatever number stands there: it is another program's word.
        var now = (time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalMicroseconds;
        return (other, now - asOf < alive.TotalMicroseconds);
    }

    /// <summary>
    /// Says that the lake's job lives, while it has nothing to flush: another lake's job would take its keys for those of a dead one.
    /// What cannot be said is left to the next flush. Thread-safe.
    /// </summary>
    public async Task HoldAsync(string job, string lake, long epoch, CancellationToken cancel)
    {
        try
        {
            await connection.GetDatabase().ScriptEvaluateAsync(
                HoldScript,
                [(RedisKey)Named(HotKeys.Meta(job))],
                [epoch, lake, time.GetUtcNow().ToUnixTimeMilliseconds() * 1000, (long)settings.TimeToLive.TotalSeconds]).WaitAsync(cancel);
        }
        catch (Exception e) when (e is RedisConnectionException or RedisTimeoutException or RedisServerException)
        {
            // a server that is gone is the flush's to tell
        }
    }

    LakeException OfAnotherLake(string other) => LakeException.Invalid(
        $"the Redis at {settings} has the keys of another lake's hot job (lake {other}), which lives; give this one keys of its own with --redis-prefix NAME, or name another Redis with --redis");

    /// <summary>
    /// Writes the meta hash and the others, renews what is due, and names what was
    /// written on <see cref="HotKeys.Changes"/>. Repeating a flush does no harm.
    /// </summary>
    /// <exception cref="LakeException">Conflict: a later epoch has written; Unavailable:
    /// the server does not answer, or the hashes outgrow its memory.</exception>
    public async Task<HotFlush> FlushAsync(HotMeta meta, IReadOnlyList<HotHash> hashes, CancellationToken cancel)
    {
        Remember(hashes);
        var renew = DueForRenewal();
        var calls = new List<(RedisKey[] Keys, RedisValue[] Arguments)>();
        var metaHash = meta.ToHash(canary);
        foreach (var chunk in hashes.Concat(renew).Chunk(ChunkKeys).DefaultIfEmpty([]))
            calls.Add(Call(meta, metaHash, chunk));
        var lost = 0L;
        foreach (var result in await TryAsync(
            db => Task.WhenAll(calls.Select(c => db.ScriptEvaluateAsync(Script, c.Keys, c.Arguments))), cancel))
        {
            if ((long)result == Foreign)
                throw OfAnotherLake((await TryReadAsync(HotKeys.Meta(meta.Job), cancel))?["lake"] ?? "unknown");
            if ((long)result == Stale)
                throw LakeException.Conflict($"another {meta.Job} job has taken over the hot store at {settings}; this one ends");
            lost += (long)result;
        }
        hasCanary = true;
        if (hashes.Count > 0)
            await TryAsync(db => Task.WhenAll(hashes.Chunk(ReadChunk).Select(c =>
                db.PublishAsync(Channel, string.Join('\n', c.Select(h => Named(h.Key)))))), cancel);
        return new(hashes.Count, lost > 0);
    }

    /// <summary>The hashes whose keys begin with the prefix, ordered by key.</summary>
    public async Task<IReadOnlyList<HotHash>> ReadAsync(string prefix, CancellationToken cancel)
    {
        var keys = await KeysAsync(prefix, cancel);
        var hashes = new List<HotHash>(keys.Count);
        foreach (var chunk in keys.Chunk(ReadChunk))
        {
            var all = await TryAsync(db => Task.WhenAll(chunk.Select(k => db.HashGetAllAsync(Named(k)))), cancel);
            hashes.AddRange(chunk.Zip(all, ToHash).Where(h => h.Fields.Count > 0));
        }
        return hashes;
    }

    /// <summary>Keys that begin with the prefix, in order, without what all keys of this lake begin with.</summary>
    async Task<SortedSet<string>> KeysAsync(string prefix, CancellationToken cancel)
    {
        var keys = new SortedSet<string>(StringComparer.Ordinal);
        try
        {
            var server = connection.GetServer(connection.GetEndPoints()[0]);
            await foreach (var key in server.KeysAsync(pattern: Escape(Named(prefix)) + "*", pageSize: 1000).WithCancellation(cancel))
                keys.Add(Unnamed(key.ToString()));
        }
        catch (Exception e) when (e is RedisConnectionException or RedisTimeoutException)
        {
            throw Gone(settings, e);
        }
        return keys;
    }

    RedisChannel Channel => RedisChannel.Literal(Named(HotKeys.Changes));

    /// <summary>A key as the server has it.</summary>
    string Named(string key) => settings.Prefix.Length == 0 ? key : $"{settings.Prefix}:{key}";

    string Unnamed(string key) => settings.Prefix.Length == 0 ? key : key[(settings.Prefix.Length + 1)..];

    /// <summary>One hash, or null.</summary>
    public async Task<HotHash?> TryReadAsync(string key, CancellationToken cancel) =>
        await TryAsync(db => db.HashGetAllAsync(Named(key)), cancel) is { Length: > 0 } entries ? ToHash(key, entries) : null;

    /// <summary>PnL of all accounts (<c>hot:pnl</c>).</summary>
    public Task<IReadOnlyList<HotHash>> ReadAccountsAsync(CancellationToken cancel) => ReadAsync(HotKeys.PnlPrefix, cancel);

    /// <summary>All positions (<c>hot:pos</c>).</summary>
    public Task<IReadOnlyList<HotHash>> ReadPositionsAsync(CancellationToken cancel) => ReadAsync(HotKeys.PositionPrefix, cancel);

    /// <summary>Key names on <see cref="HotKeys.Changes"/>, flush by flush, from now until cancelled.</summary>
    public async IAsyncEnumerable<IReadOnlyList<string>> ChangesAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        var queue = await connection.GetSubscriber().SubscribeAsync(Channel).WaitAsync(cancel);
        try
        {
            while (!cancel.IsCancellationRequested)
                yield return [.. (await queue.ReadAsync(cancel)).Message.ToString().Split('\n').Select(Unnamed)];
        }
        finally
        {
            await queue.UnsubscribeAsync();
        }
    }

    /// <summary>Forgets which keys were written: the next flush begins anew.</summary>
    public void Forget()
    {
        written.Clear();
        renewal.Clear();
        (writtenBytes, nextRenewal, hasCanary) = (0, 0, false);
    }

    (RedisKey[], RedisValue[]) Call(HotMeta meta, HotHash metaHash, HotHash[] chunk)
    {
        var keys = new RedisKey[chunk.Length + 1];
        var arguments = new List<RedisValue>(5 + 20 * chunk.Length)
        {
            meta.Epoch,
            (long)settings.TimeToLive.TotalSeconds,
            hasCanary ? canary : "",
            meta.Lake,
        };
        keys[0] = Named(metaHash.Key);
        Add(metaHash);
        for (var i = 0; i < chunk.Length; i++)
        {
            keys[i + 1] = Named(chunk[i].Key);
            Add(chunk[i]);
        }
        return (keys, [.. arguments]);

        void Add(HotHash hash)
        {
            var nulls = hash.Fields.Count(f => f.Value is null);
            arguments.Add((hash.Fields.Count - nulls) * 2);
            foreach (var (field, value) in hash.Fields)
                if (value is not null)
                {
                    arguments.Add(field);
                    arguments.Add(value);
                }
            arguments.Add(nulls);
            foreach (var (field, value) in hash.Fields)
                if (value is null)
                    arguments.Add(field);
        }
    }

    void Remember(IReadOnlyList<HotHash> hashes)
    {
        foreach (var hash in hashes)
        {
            if (hash.IsGone)
            {
                if (written.Remove(hash.Key, out var gone))
                    writtenBytes -= gone;
                continue;
            }
            var bytes = hash.Key.Length + hash.Fields.Sum(f => f.Key.Length + (f.Value?.Length ?? 0) + BytesPerField);
            if (written.TryGetValue(hash.Key, out var before))
                writtenBytes -= before;
            else
                renewal.Add(hash.Key);
            written[hash.Key] = bytes;
            writtenBytes += bytes;
        }
        // When a day turns, all flat positions go at once: one pass for all of them.
        if (renewal.Count > written.Count)
            renewal.RemoveAll(key => !written.ContainsKey(key));
        // Four times the hot set, because such a server drops keys long before it is full.
        if (writtenBytes * 4 > settings.MemoryBytes)
            throw LakeException.Unavailable($"{written.Count} hot keys are too much for the {settings.MemoryBytes >> 20} MB of the embedded Redis; name a Redis with --redis");
    }

    /// <summary>A slice of all keys, in turn; renewing a key also tells whether it is still there.</summary>
    List<HotHash> DueForRenewal()
    {
        var due = new List<HotHash>();
        for (var left = Math.Min(renewal.Count, Math.Max(FewestRenewals, renewal.Count / RenewalsPerLife)); left > 0; left--)
            due.Add(new(renewal[nextRenewal++ % renewal.Count], []));
        nextRenewal %= Math.Max(renewal.Count, 1);
        return due;
    }

    async Task<T> TryAsync<T>(Func<IDatabase, Task<T>> call, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
            try
            {
                return await call(connection.GetDatabase()).WaitAsync(cancel);
            }
            catch (Exception e) when (e is RedisConnectionException or RedisTimeoutException)
            {
                if (attempt == Attempts)
                    throw Gone(settings, e);
                await Task.Delay(TimeSpan.FromMilliseconds(100 << attempt), time, cancel);
            }
            catch (RedisServerException e)
            {
                throw LakeException.Unavailable($"the Redis at {settings} refuses: {e.Message}", e);
            }
    }

    static LakeException Gone(HotStoreSettings settings, Exception e) => LakeException.Unavailable($"no Redis at {settings}; start it, or name another with --redis", e);

    static HotHash ToHash(string key, HashEntry[] entries) =>
        new(key, [.. entries.Select(e => KeyValuePair.Create<string, string?>(e.Name.ToString(), e.Value.ToString()))]);

    static string Escape(string prefix) =>
        string.Concat(prefix.Select(c => c is '*' or '?' or '[' or ']' or '\\' or '^' ? $"\\{c}" : c.ToString()));

    public ValueTask DisposeAsync() => connection.DisposeAsync();
}
