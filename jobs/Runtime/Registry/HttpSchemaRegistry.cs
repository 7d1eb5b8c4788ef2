using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Confluent.SchemaRegistry;
using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Runtime.Registry;

/// <summary>
/// A registry that speaks Confluent's protocol over HTTP: Confluent's own, Apicurio's, Karapace, Redpanda. What was asked once is
/// remembered, callers of one schema share one request, and what may be sent again is.
/// </summary>
public sealed class HttpSchemaRegistry : ISchemaRegistry, IDisposable
{
    const int MostReferences = 100;

    /// <summary>"No such subject", "no such version", "no such schema"; a 404 without one of them is of something else.</summary>
    static readonly int[] notFound = [40401, 40402, 40403];

    readonly HttpRegistrySettings settings;
    readonly CachedSchemaRegistryClient client;

    /// <exception cref="LakeException">Invalid: a setting that cannot be.</exception>
    public HttpSchemaRegistry(HttpRegistrySettings settings)
    {
        this.settings = settings;
        try
        {
            client = LogIn(settings) is { } header
                ? new CachedSchemaRegistryClient(Config(settings), new Header(header))
                : new CachedSchemaRegistryClient(Config(settings));
        }
        catch (Exception e) when (e is ArgumentException or UriFormatException or InvalidOperationException or IOException
            or System.Security.Cryptography.CryptographicException or UnauthorizedAccessException)
        {
            throw LakeException.Invalid($"the schema registry cannot be reached as the settings say: {e.Message.TrimEnd('.')}; correct Registry in appsettings.json or in DARTLAKE__Registry__…", e);
        }
    }

    static SchemaRegistryConfig Config(HttpRegistrySettings settings)
    {
        if (settings.Token.Length > 0 && settings.User.Length > 0)
            throw LakeException.Invalid("the schema registry has a token and a user; give one of Registry:Token and Registry:User");
        var config = new SchemaRegistryConfig
        {
            Url = settings.Url,
            RequestTimeoutMs = (int)settings.RequestTimeout.TotalMilliseconds,
            // the client counts the first one too
            MaxRetries = settings.Retries + 1,
        };
        if (settings.CaFile.Length > 0)
            config.SslCaLocation = settings.CaFile;
        return config;
    }

    static AuthenticationHeaderValue? LogIn(HttpRegistrySettings settings) =>
        settings.Token.Length > 0 ? new("Bearer", settings.Token)
        : settings.User.Length == 0 ? null
        : new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{settings.User}:{settings.Password}")));

    /// <exception cref="LakeException">Invalid: the registry refuses the schema; Unavailable: it does not answer, or as none.</exception>
    public async Task<int> RegisterAsync(string subject, SchemaLanguage language, string text, CancellationToken cancel)
    {
        try
        {
            var schema = new Schema(text, [], TypeOf(language));
            var id = await AskAsync(() => client.RegisterSchemaAsync(subject, schema), cancel).ConfigureAwait(false);
            return id > 0 ? id : throw Nonsense($"the id {id} for a schema of {subject}");
        }
        catch (SchemaRegistryException e) when (e.Status is HttpStatusCode.Conflict or HttpStatusCode.UnprocessableEntity)
        {
            throw LakeException.Invalid($"the schema registry {settings.Url} refuses the schema that this program writes under {subject}: {ShownName.Of(e.Message)}; set the subject's compatibility so that it is taken, or remove the schema that it contradicts", e);
        }
        catch (SchemaRegistryException e)
        {
            throw Refused(e);
        }
    }

    public async Task<RegisteredSchema?> TryGetAsync(int id, CancellationToken cancel)
    {
        Answer answer;
        try
        {
            answer = await AskAsync(async () => Read(await client.GetSchemaAsync(id).ConfigureAwait(false)), cancel).ConfigureAwait(false);
        }
        catch (SchemaRegistryException e) when (IsNotFound(e))
        {
            return null;
        }
        catch (SchemaRegistryException e)
        {
            throw Refused(e);
        }
        var schema = new RegisteredSchema(id, answer.Language, answer.Text);
        var references = new List<ReferencedSchema>();
        return await FollowAsync(id, answer.References, references, [], cancel).ConfigureAwait(false)
            ? schema with { References = references }
            : schema with { Unreadable = $"refers to more than {MostReferences} others" };
    }

    /// <summary>What an answer holds, once it is known to hold it.</summary>
    sealed record Answer(SchemaLanguage Language, string Text, IReadOnlyList<SchemaReference> References);

    /// <exception cref="FormatException">No answer of a registry.</exception>
    static Answer Read(Schema? schema)
    {
        if (schema?.SchemaString is not { } text)
            throw new FormatException("no text");
        var references = schema.References ?? [];
        return references.TrueForAll(r => r is { Name: not null, Subject: not null })
            ? new(LanguageOf(schema.SchemaType), text, references)
            : throw new FormatException("a reference to nothing");
    }

    /// <summary>Adds what a schema refers to, the deepest first; false: it is too much.</summary>
    async Task<bool> FollowAsync(
        int id,
        IReadOnlyList<SchemaReference> references,
        List<ReferencedSchema> found,
        HashSet<(string Subject, int Version)> seen,
        CancellationToken cancel)
    {
        foreach (var reference in references)
        {
            if (!seen.Add((reference.Subject, reference.Version)))
                continue;
            if (seen.Count > MostReferences)
                return false;
            var answer = await ReferencedAsync(id, reference, cancel).ConfigureAwait(false);
            if (!await FollowAsync(id, answer.References, found, seen, cancel).ConfigureAwait(false))
                return false;
            found.Add(new(reference.Name, answer.Text));
        }
        return true;
    }

    async Task<Answer> ReferencedAsync(int id, SchemaReference reference, CancellationToken cancel)
    {
        try
        {
            return await AskAsync(
                async () => Read(await client.GetRegisteredSchemaAsync(reference.Subject, reference.Version).ConfigureAwait(false)),
                cancel).ConfigureAwait(false);
        }
        catch (SchemaRegistryException e) when (IsNotFound(e))
        {
            var what = $"{ShownName.Of(reference.Subject)} version {reference.Version}";
            throw LakeException.Unavailable($"schema {id} refers to {what}, which the registry {settings.Url} has not; register it there and start again", e);
        }
        catch (SchemaRegistryException e)
        {
            throw Refused(e);
        }
    }

    /// <summary>How many subjects it has; whether it answers at all.</summary>
    /// <exception cref="LakeException">Unavailable: it does not, or not as a registry.</exception>
    public async Task<int> CountSubjectsAsync(CancellationToken cancel)
    {
        try
        {
            return (await AskAsync(client.GetAllSubjectsAsync, cancel).ConfigureAwait(false)).Count;
        }
        catch (SchemaRegistryException e)
        {
            throw Refused(e);
        }
    }

    public string Missing(int id) =>
        $"register the writer's schema at {settings.Url} and start again, or name the registry that has it: Registry:Url";

    public string Broken(int id) => $"what {settings.Url} has under schemas/ids/{id} cannot be mended there: correct the producer";

    public bool TextsAreFinal => true;

    public void Dispose() => client.Dispose();

    /// <exception cref="SchemaRegistryException">It has answered with an error of its own.</exception>
    /// <exception cref="LakeException">Unavailable: it does not answer, or not as a registry.</exception>
    async Task<T> AskAsync<T>(Func<Task<T>> ask, CancellationToken cancel)
    {
        try
        {
            // the client knows no cancelling; its own limits end what goes on
            return await ask().WaitAsync(cancel).ConfigureAwait(false);
        }
        catch (Exception e) when (IsOfJson(e)
            || e is FormatException or ArgumentException or InvalidOperationException or InvalidCastException or NullReferenceException)
        {
            throw Nonsense("what is no answer of one", e);
        }
        catch (Exception e) when (e is HttpRequestException and not SchemaRegistryException
            || e is OperationCanceledException && !cancel.IsCancellationRequested)
        {
            throw IsUnauthorized(e) ? NoLogIn(e) : LakeException.Unavailable($"the schema registry {settings.Url} does not answer: {ShownName.Of(Why(e))}; see whether it runs and can be reached, or correct Registry:Url", e);
        }
    }

    LakeException Refused(SchemaRegistryException e) => e.Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
        ? NoLogIn(e)
        : e.ErrorCode <= 0 && (int)e.Status is < 500 and not (408 or 429) ? Nonsense($"status {(int)e.Status}", e)
        : LakeException.Unavailable($"the schema registry {settings.Url} fails with {(int)e.Status}: {ShownName.Of(e.Message)}; see its log", e);

    LakeException NoLogIn(Exception e) =>
        LakeException.Unavailable($"the schema registry {settings.Url} refuses the log-in; correct Registry:User and Registry:Password, or Registry:Token", e);

    LakeException Nonsense(string what, Exception? cause = null) =>
        LakeException.Unavailable($"what answers at {settings.Url} is no schema registry: it gives {what}; correct Registry:Url (Apicurio's ends with /apis/ccompat/v7)", cause);

    static bool IsNotFound(SchemaRegistryException e) => e.Status == HttpStatusCode.NotFound && notFound.Contains(e.ErrorCode);

    /// <summary>The client reads with a library that is none of ours.</summary>
    static bool IsOfJson(Exception e) => e.GetType().FullName?.StartsWith("Newtonsoft.Json.", StringComparison.Ordinal) is true;

    /// <summary>So the client tells a 401 without an error's JSON.</summary>
    static bool IsUnauthorized(Exception e) =>
        e is HttpRequestException { Message: "Unauthorized" } || e.InnerException is { } inner && IsUnauthorized(inner);

    /// <summary>The client wraps causes, and an answer that it has retried in vain in nothing at all.</summary>
    static string Why(Exception e) =>
        e.InnerException is null or AggregateException { InnerExceptions.Count: 0 } ? e.Message : Why(e.InnerException);

    /// <summary>The client's own ways want no colon in a password, and the names of Confluent's cloud beside a token.</summary>
    sealed class Header(AuthenticationHeaderValue value) : IAuthenticationHeaderValueProvider
    {
        public AuthenticationHeaderValue GetAuthenticationHeader() => value;
    }

    static SchemaType TypeOf(SchemaLanguage language) => language switch
    {
        SchemaLanguage.Avro => SchemaType.Avro,
        SchemaLanguage.Protobuf => SchemaType.Protobuf,
        _ => SchemaType.Json,
    };

    static SchemaLanguage LanguageOf(SchemaType type) => type switch
    {
        SchemaType.Avro => SchemaLanguage.Avro,
        SchemaType.Protobuf => SchemaLanguage.Protobuf,
        _ => SchemaLanguage.Json,
    };
}
