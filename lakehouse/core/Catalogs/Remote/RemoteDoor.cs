using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Schemas;

namespace Dart.Lake.Lakehouse.Catalogs.Remote;

/// <summary>
/// What a REST catalog is asked, in the words of its protocol (Iceberg's REST specification). Tables that have not moved are not sent
/// again. Thread-safe.
/// </summary>
sealed class RemoteDoor : IDisposable
{
    const string Transactions = "POST /v1/{prefix}/transactions/commit", Views = "GET /v1/{prefix}/namespaces/{namespace}/views";
    const int MostPages = 10_000, DeepestNamespace = 8, MostKept = 256;
    const string ParentQuery = "?parent=";
    const char LevelSeparator = '\x1f';

    readonly RemoteRequests requests;
    readonly ConcurrentDictionary<TableIdent, (string Tag, Table Table)> known = new();
    readonly string prefix;
    readonly bool hasViews;

    RemoteDoor(RemoteRequests requests, string prefix, bool hasViews) =>
        (this.requests, this.prefix, this.hasViews) = (requests, prefix, hasViews);

    /// <summary>Which lake the catalog is of; null: it is none of ours, and does not know.</summary>
    public string? LakeId { get; private init; }

    /// <summary>Where that lake lives; null: the catalog does not know.</summary>
    public string? LakeLocation { get; private init; }

    /// <summary>Asks the server for what it offers.</summary>
    /// <exception cref="LakeException">Invalid: it cannot commit several tables at once, or does not let us in;
    /// Unavailable: no answer.</exception>
    public static async Task<RemoteDoor> OpenAsync(RemoteSettings settings, TimeProvider time, CancellationToken cancel)
    {
        var asked = new RemoteRequests(settings, time);
        try
        {
            var answer = await asked.GetAsync(
                "config" + (settings.Warehouse is { } name ? "?warehouse=" + Uri.EscapeDataString(name) : ""), null, cancel);
            if (!answer.IsGood)
                throw LakeException.Invalid($"{asked.Shown} does not say what it offers: {answer.Says()}; check Rest:Url (what stands before /v1) and Rest:Warehouse");
            var json = answer.Json(asked.Shown);
            try
            {
                var endpoints = json.Items("endpoints").Select(e => e.GetString()).ToHashSet(StringComparer.Ordinal);
                if (!endpoints.Contains(Transactions))
                    throw LakeException.Invalid($"{asked.Shown} does not say that it commits several tables at once ({Transactions}), and no row would be there exactly once; use one that can, or Postgres (Lake:Catalog)");
                var before = json.Texts("overrides").GetValueOrDefault("prefix") ?? json.Texts("defaults").GetValueOrDefault("prefix");
                var path = before is null or ""
                    ? ""
                    : string.Concat(before.Trim('/').Split('/').Select(part => Uri.EscapeDataString(part) + "/"));
                var told = json.Texts("defaults");
                return new(asked, path, endpoints.Contains(Views))
                {
                    LakeId = told.GetValueOrDefault(LakeNames.LakeId),
                    LakeLocation = told.GetValueOrDefault(LakeNames.LakeLocation),
                };
            }
            catch (Exception e) when (e is LakeException { Kind: LakeErrorKind.Corrupt } or InvalidOperationException)
            {
                throw LakeException.Unavailable($"{asked.Shown} answers as no Iceberg REST catalog does: {e.Message.TrimEnd('.')}; check Rest:Url", e);
            }
        }
        catch
        {
            asked.Dispose();
            throw;
        }
    }

    public string Shown => requests.Shown;

    /// <summary>All namespaces, the inner ones too, their levels with dots between.</summary>
    public async Task<IReadOnlyList<string>> NamespacesAsync(CancellationToken cancel)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        var next = new Queue<string?>([null]);
        while (next.TryDequeue(out var parent))
        {
            if (parent?.Count(c => c == '.') >= DeepestNamespace)
                continue;
            var asked = "namespaces" + (parent is null ? "" : ParentQuery + Levels(parent));
            await foreach (var space in PagesAsync(asked, "namespaces", cancel))
            {
                var name = NameOf(space);
                if (name.Length > 0 && found.Add(name))
                    next.Enqueue(name);
            }
        }
        return [.. found];
    }

    string NameOf(JsonElement levels) =>
        levels.ValueKind == JsonValueKind.Array && levels.EnumerateArray().All(level => level.ValueKind == JsonValueKind.String)
            ? string.Join('.', levels.EnumerateArray().Select(level => level.GetString()))
            : throw LakeException.Unavailable($"{Shown} lists a namespace that is none: {ShownName.Of(levels.GetRawText())}");

    /// <summary>Tables, or views, of a namespace.</summary>
    public async Task<IReadOnlyList<TableIdent>> NamesAsync(string ns, bool views, CancellationToken cancel)
    {
        var found = new List<TableIdent>();
        if (!views || hasViews)
            await foreach (var one in PagesAsync($"namespaces/{Levels(ns)}/{(views ? "views" : "tables")}", "identifiers", cancel))
                found.Add(new(ns, one.Text("name")));
        return found;
    }

    /// <summary>The table as it is now; null: there is none of that name.</summary>
    public async Task<Table?> TryLoadAsync(TableIdent ident, CancellationToken cancel)
    {
        var held = known.TryGetValue(ident, out var one) ? one : default;
        var answer = await requests.GetAsync(prefix + PathOf(ident), held.Tag, cancel, RemoteRequests.MostMetadata);
        if (answer.Status == HttpStatusCode.NotModified && held.Table is not null)
            return held.Table;
        if (answer.IsNotThere)
        {
            known.TryRemove(ident, out _);
            return null;
        }
        if (!answer.IsGood)
            throw LakeException.Unavailable($"{Shown} does not give {ident}: {answer.Says()}");
        return Keep(Read(ident, answer), answer.Tag);
    }

    /// <summary>Makes a namespace that is not there.</summary>
    public async Task EnsureNamespaceAsync(string ns)
    {
        var body = Body(json =>
        {
            json.WriteStartArray("namespace");
            foreach (var level in ns.Split('.'))
                json.WriteStringValue(level);
            json.WriteEndArray();
            json.WriteStartObject("properties");
            json.WriteEndObject();
        });
        if ((await requests.GetAsync(prefix + "namespaces/" + Levels(ns), null, CancellationToken.None)).IsGood)
            return;
        // made twice it is refused, so it can be sent again whatever has become of the first
        for (var attempt = 0; ; attempt++)
        {
            var why = "";
            var answer = await requests.PostAsync(prefix + "namespaces", body, said => why = said);
            if (answer is { IsGood: true } or { Status: HttpStatusCode.Conflict })
                return;
            if (answer is not null)
                throw LakeException.Invalid($"{Shown} does not make the namespace {ns}: {answer.Says()}");
            if (attempt >= requests.Retries)
                throw LakeException.Unavailable($"{Shown} does not say whether it has made the namespace {ns}: {why}");
            await requests.WaitAsync(attempt, why);
        }
    }

    /// <summary>Makes a table's name known to a server that wants to hear of it before its first commit; nothing is there yet.</summary>
    public async Task StageAsync(TableIdent ident, Action<Utf8JsonWriter> request)
    {
        var why = "";
        var answer = await requests.PostAsync($"{prefix}namespaces/{Levels(ident.Namespace)}/tables", Body(request), said => why = said);
        if (answer is not { IsGood: true })
            throw LakeException.Invalid($"{Shown} does not make the table {ident}: {answer?.Says() ?? why}");
    }

    /// <summary>Takes a table's name out, its files stay; whether it was there.</summary>
    public async Task<bool> ForgetAsync(TableIdent ident, CancellationToken cancel)
    {
        known.TryRemove(ident, out _);
        var answer = await requests.DeleteAsync($"{prefix}{PathOf(ident)}?purgeRequested=false", cancel);
        if (!answer.IsGood && answer.Status != HttpStatusCode.NotFound)
            throw LakeException.Unavailable($"{Shown} does not forget the table {ident}: {answer.Says()}");
        return answer.IsGood;
    }

    /// <summary>Sends a commit of one table.</summary>
    public Task<RemoteOutcome> CommitAsync(TableIdent ident, Action<Utf8JsonWriter> change)
    {
        known.TryRemove(ident, out _);
        return CommitAsync(PathOf(ident), Body(json =>
        {
            WriteIdent(json, ident);
            change(json);
        }));
    }

    /// <summary>Sends a commit of several tables, all or none.</summary>
    public Task<RemoteOutcome> CommitAsync(IEnumerable<(TableIdent Ident, Action<Utf8JsonWriter> Change)> changes) =>
        CommitAsync("transactions/commit", Body(json =>
        {
            json.WriteStartArray("table-changes");
            foreach (var (ident, change) in changes)
            {
                json.WriteStartObject();
                WriteIdent(json, ident);
                change(json);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }));

    async Task<RemoteOutcome> CommitAsync(string path, ReadOnlyMemory<byte> body)
    {
        var why = "";
        var answer = await requests.PostAsync(prefix + path, body, said => why = said);
        return answer is null
            ? new(RemoteOutcome.Kind.Lost, why)
            : new(
                answer.IsGood ? RemoteOutcome.Kind.Done
                    : answer.Status == HttpStatusCode.Conflict ? RemoteOutcome.Kind.Refused
                    : answer.IsNotThere ? RemoteOutcome.Kind.Missing
                    : answer.Status == HttpStatusCode.NotFound ? RemoteOutcome.Kind.Lost
                    : RemoteOutcome.Kind.Wrong,
                answer.IsGood ? "" : answer.Says());
    }

    /// <summary>How often what was lost is sent again.</summary>
    public int Retries => requests.Retries;

    /// <summary>Waits before that.</summary>
    public Task WaitAsync(int attempt, string why) => requests.WaitAsync(attempt, why);

    static void WriteIdent(Utf8JsonWriter json, TableIdent ident)
    {
        json.WriteStartObject("identifier");
        json.WriteStartArray("namespace");
        foreach (var level in ident.Namespace.Split('.'))
            json.WriteStringValue(level);
        json.WriteEndArray();
        json.WriteString("name", ident.Name);
        json.WriteEndObject();
    }

    Table Read(TableIdent ident, RemoteAnswer answer)
    {
        try
        {
            var json = answer.Json(Shown);
            var location = json.Text("metadata-location");
            return new(ident, location, TableMetadataJson.Read(JsonSerializer.SerializeToUtf8Bytes(json.Need("metadata")), location));
        }
        catch (LakeException e) when (e.Kind == LakeErrorKind.Corrupt)
        {
            throw LakeException.Corrupt($"{Shown} gives metadata of {ident} that cannot be read: {e.Message}", e);
        }
    }

    Table Keep(Table table, string? tag)
    {
        if (tag is not null && (known.Count < MostKept || known.ContainsKey(table.Ident)))
            known[table.Ident] = (tag, table);
        return table;
    }

    async IAsyncEnumerable<JsonElement> PagesAsync(
        string path, string items, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        var page = "";
        for (var pages = 0; pages < MostPages; pages++)
        {
            var asked = path + (path.Contains('?', StringComparison.Ordinal) ? '&' : '?') + "pageToken=" + Uri.EscapeDataString(page);
            var answer = await requests.GetAsync(prefix + asked, null, cancel);
            // it was dropped meanwhile, or the server has namespaces of one level only
            if (answer.IsNotThere || path.Contains(ParentQuery, StringComparison.Ordinal) && (int)answer.Status is 400 or 406 or 501)
                yield break;
            if (!answer.IsGood)
                throw LakeException.Unavailable($"{Shown} does not list {path}: {answer.Says()}");
            var json = answer.Json(Shown);
            foreach (var item in json.Items(items))
                yield return item;
            if (json.OptionalText("next-page-token") is not { Length: > 0 } next)
                yield break;
            page = next;
        }
        throw LakeException.Unavailable($"{Shown} lists {path} without an end");
    }

    static string PathOf(TableIdent ident) => $"namespaces/{Levels(ident.Namespace)}/tables/{Uri.EscapeDataString(ident.Name)}";

    static string Levels(string ns) => Uri.EscapeDataString(ns.Replace('.', LevelSeparator));

    static ReadOnlyMemory<byte> Body(Action<Utf8JsonWriter> write)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(8 << 10);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }
        return buffer.WrittenMemory;
    }

    public void Dispose() => requests.Dispose();
}
