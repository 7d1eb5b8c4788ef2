using System.Net.Http.Headers;

namespace Dart.Lake.Lakehouse.Engines.Trino;

/// <summary>What the client of Trino's protocol keeps between statements: the server tells changes in headers, and forgets them.</summary>
sealed class TrinoSession
{
    readonly Dictionary<string, string> properties, prepared = new(StringComparer.Ordinal), roles = new(StringComparer.Ordinal);
    readonly string user;
    string? catalog, schema, path, transaction, otherUser;

    public TrinoSession(TrinoSettings settings)
    {
        (user, catalog) = (settings.User, settings.Catalog);
        properties = new(settings.Session, StringComparer.Ordinal);
    }

    public bool IsInTransaction => transaction is not null;

    /// <summary>The next statement is in none.</summary>
    public void ForgetTransaction() => transaction = null;

    /// <summary>The headers of a new statement.</summary>
    public void Write(HttpRequestHeaders headers)
    {
        Add("X-Trino-User", otherUser ?? user);
        if (otherUser is not null)
            Add("X-Trino-Original-User", user);
        Add("X-Trino-Source", "dartlake");
        Add("X-Trino-Client-Capabilities", "PATH,PARAMETRIC_DATETIME,SESSION_AUTHORIZATION");
        Add("X-Trino-Catalog", catalog);
        Add("X-Trino-Schema", schema);
        Add("X-Trino-Path", path);
        Add("X-Trino-Transaction-Id", transaction ?? "NONE");
        AddAll("X-Trino-Session", properties);
        AddAll("X-Trino-Prepared-Statement", prepared);
        AddAll("X-Trino-Role", roles);

        void Add(string name, string? value)
        {
            if (value is not null)
                headers.TryAddWithoutValidation(name, value);
        }

        void AddAll(string name, Dictionary<string, string> values)
        {
            foreach (var (key, value) in values)
                headers.TryAddWithoutValidation(name, $"{key}={Uri.EscapeDataString(value)}");
        }
    }

    /// <summary>Takes what an answer changes.</summary>
    public void Read(HttpResponseHeaders headers)
    {
        catalog = One("X-Trino-Set-Catalog") ?? catalog;
        schema = One("X-Trino-Set-Schema") ?? schema;
        path = One("X-Trino-Set-Path") ?? path;
        transaction = One("X-Trino-Started-Transaction-Id") ?? (One("X-Trino-Clear-Transaction-Id") is null ? transaction : null);
        otherUser = One("X-Trino-Set-Authorization-User") ?? (One("X-Trino-Reset-Authorization-User") is null ? otherUser : null);
        Set(properties, "X-Trino-Set-Session");
        Clear(properties, "X-Trino-Clear-Session");
        Set(prepared, "X-Trino-Added-Prepare");
        Clear(prepared, "X-Trino-Deallocated-Prepare");
        Set(roles, "X-Trino-Set-Role");

        string? One(string name) => headers.TryGetValues(name, out var values) ? values.First() : null;

        void Set(Dictionary<string, string> values, string name)
        {
            foreach (var pair in All(name))
                if (pair.Split('=', 2) is [var key, var value])
                    values[Decoded(key.Trim())] = Decoded(value.Trim());
        }

        void Clear(Dictionary<string, string> values, string name)
        {
            foreach (var key in All(name))
                values.Remove(Decoded(key.Trim()));
        }

        IEnumerable<string> All(string name) => headers.TryGetValues(name, out var values) ? values.SelectMany(v => v.Split(',')) : [];
    }

    /// <summary>As Java's URLEncoder has it: a plus is a blank.</summary>
    static string Decoded(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
