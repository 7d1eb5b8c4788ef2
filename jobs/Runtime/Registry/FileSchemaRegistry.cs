using System.Globalization;
using System.Text.Json;
using Dart.Lake.Lakehouse.Storage;

namespace Dart.Lake.Jobs.Runtime.Registry;

/// <summary>
/// Schemas as files of a folder: <c>ID.json</c> (Avro) or <c>ID.proto</c>, and <c>subjects/SUBJECT.json</c>
/// with the ids of a subject in the order of registration. Several processes may share the folder.
/// </summary>
public sealed class FileSchemaRegistry : ISchemaRegistry
{
    const int LargestSchema = 1 << 20;

    /// <summary>Those that have files.</summary>
    static readonly SchemaLanguage[] languages = [SchemaLanguage.Avro, SchemaLanguage.Protobuf];
    static readonly TimeSpan longestWait = TimeSpan.FromSeconds(10), settled = TimeSpan.FromMilliseconds(300);

    readonly string folder;
    readonly TimeProvider time;

    /// <param name="folder">Is made when it is not there.</param>
    /// <param name="time">Limits the wait for another process.</param>
    public FileSchemaRegistry(string folder, TimeProvider time)
    {
        this.folder = Path.GetFullPath(folder);
        this.time = time;
        var subjects = Path.Combine(this.folder, "subjects");
        if (new[] { this.folder, subjects }.FirstOrDefault(File.Exists) is { } file)
            throw LakeException.Invalid($"the schema registry cannot be in {this.folder}: {file} is a file; move it away, a folder is made in its place");
        DurableFile.CreateFolder(subjects);
    }

    public async Task<int> RegisterAsync(string subject, SchemaLanguage language, string text, CancellationToken cancel)
    {
        if (subject.Length == 0 || subject.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-' or '.')))
            throw LakeException.Invalid($"'{subject}' is not a subject; use letters, digits, _, - and .");
        using var held = await LockAsync(cancel).ConfigureAwait(false);
        var ids = Ids();
        var id = 0;
        foreach (var known in ids)
            if (await TryGetAsync(known, cancel).ConfigureAwait(false) is { } schema && schema.Language == language && schema.Text == text)
                id = known;
        if (id == 0)
        {
            id = ids.Count == 0 ? 1 : ids[^1] + 1;
            await WriteAsync(FileOf(id, language), text, cancel).ConfigureAwait(false);
        }
        var subjectFile = Path.Combine(folder, "subjects", subject + ".json");
        var versions = File.Exists(subjectFile)
            ? Versions(subjectFile, await File.ReadAllTextAsync(subjectFile, cancel).ConfigureAwait(false))
            : [];
        if (!versions.Contains(id))
            await WriteAsync(subjectFile, JsonSerializer.Serialize<List<int>>([.. versions, id]), cancel).ConfigureAwait(false);
        return id;
    }

    public async Task<RegisteredSchema?> TryGetAsync(int id, CancellationToken cancel)
    {
        foreach (var language in languages)
        {
            var file = new FileInfo(FileOf(id, language));
            if (!file.Exists)
                continue;
            if (file.Length > LargestSchema)
                throw LakeException.Corrupt($"{file.FullName} has {file.Length} bytes; a schema has at most {LargestSchema}: restore the file");
            if (language == SchemaLanguage.Protobuf)
                await SettleAsync(file, cancel).ConfigureAwait(false);
            return new(id, language, await File.ReadAllTextAsync(file.FullName, cancel).ConfigureAwait(false));
        }
        return null;
    }

    /// <summary>The first half of an Avro schema is none; that of a <c>.proto</c> may be one, so nobody must be writing it still.</summary>
    async Task SettleAsync(FileInfo file, CancellationToken cancel)
    {
        for (var began = time.GetTimestamp();
            time.GetUtcNow().UtcDateTime - file.LastWriteTimeUtc < settled && time.GetElapsedTime(began) < longestWait;
            file.Refresh())
            await Task.Delay(settled, time, cancel).ConfigureAwait(false);
    }

    public string Missing(int id) =>
        $"put it there and start again: 'cp SCHEMA.avsc {FileOf(id, SchemaLanguage.Avro)}' (Protobuf: {id}.proto)";

    public string Broken(int id) => $"restore the file and start again: {languages.Select(l => FileOf(id, l)).First(File.Exists)}";

    /// <summary>Somebody may be writing a file.</summary>
    public bool TextsAreFinal => false;

    static List<int> Versions(string file, string text)
    {
        try
        {
            return JsonSerializer.Deserialize<List<int>>(text) ?? [];
        }
        catch (JsonException e)
        {
            throw LakeException.Corrupt($"{file} is no list of schema ids ({e.Message.TrimEnd('.')}); restore the file, or delete it: the subject's ids are then registered anew", e);
        }
    }

    string FileOf(int id, SchemaLanguage language) =>
        Path.Combine(folder, id.ToString(CultureInfo.InvariantCulture) + (language == SchemaLanguage.Avro ? ".json" : ".proto"));

    List<int> Ids() => [.. Directory.EnumerateFiles(folder)
        .Select(f => int.TryParse(Path.GetFileNameWithoutExtension(f), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            && Path.GetExtension(f) is ".json" or ".proto" ? id : 0)
        .Where(id => id > 0).Distinct().Order()];

    static async Task WriteAsync(string path, string text, CancellationToken cancel)
    {
        // The name appears with the whole text or not at all.
        var temporary = path + ".new";
        await File.WriteAllTextAsync(temporary, text, cancel).ConfigureAwait(false);
        DurableFile.Sync(temporary);
        File.Move(temporary, path, overwrite: true);
        DurableFile.SyncFolder(Path.GetDirectoryName(path)!);
    }

    async Task<FileStream> LockAsync(CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        for (; ; )
        {
            try
            {
                return new FileStream(Path.Combine(folder, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException e)
            {
                if (time.GetElapsedTime(began) > longestWait)
                    throw LakeException.Unavailable($"the schema registry {folder} stays locked by another process; end it", e);
                await Task.Delay(TimeSpan.FromMilliseconds(20), time, cancel).ConfigureAwait(false);
            }
        }
    }
}
