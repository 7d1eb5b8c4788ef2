using System.CommandLine;
using Dart.Lake.Host.Output;
using Dart.Lake.Host.Wiring;
using Dart.Lake.Lakehouse.Relocation;

namespace Dart.Lake.Host.Verbs;

/// <summary><c>lake</c>: where the lake as a whole lives, and copies of it.</summary>
static class LakeVerbs
{
    const string Bucket = "s3://";

    public static Command Build(Composition composition) => new("lake", "Where the lake lives: move it, copy it, back it up")
    {
        Relocate(composition),
        Copy(composition),
        Backup(composition),
    };

    /// <summary>The lake is not opened: it would be refused.</summary>
    static Command Relocate(Composition composition)
    {
        var (dataDir, json) = (Flags.DataDir(composition.Settings), Flags.Json());
        var newId = new Option<bool>("--new-id") { Description = "Give it an id of its own: a copy whose lake of before lives where this machine does not see it" };
        var verb = new Command("relocate", "Make a lake that was copied or moved live in the folder where it is now") { dataDir, newId, json };
        verb.SetAction(async (parsed, cancel) =>
        {
            if (composition.IsShared)
                throw LakeException.Invalid("a lake that is shared lives where its settings say: leave Lake:Catalog and Rest:Url out to move the lake of a folder");
            var folder = composition.ExistingFolder(parsed.GetValue(dataDir)!);
            var report = await LakeRelocation.RunAsync(folder, parsed.GetValue(newId), composition.Time, composition.Ids, cancel);
            if (parsed.GetValue(json))
                Json.Print(new
                {
                    report.From,
                    report.To,
                    report.Id,
                    report.IsCopy,
                    report.Tables,
                    report.Elsewhere,
                    left_out = report.LeftOut.Keys,
                });
            else
                Screen.Line(Says(report));
            LeftOutText.Print(report.LeftOut.Values);
            return report.LeftOut.Count == 0 ? 0 : Failure.Say($"the lake goes without {string.Join(", ", report.LeftOut.Keys)}: their files are where they were copied to, and their rows stand in iceberg_tables under the catalog name 'left-out'");
        });
        return verb;
    }

    static string Says(RelocationReport report) => report.Tables.Count == 0 && report.From == report.To
        ? $"the lake lives in {report.To}: nothing to do"
        : $"{report.Tables.Count} tables of {report.From} live in {report.To} now, as lake {report.Id}"
            + (report.IsCopy ? ", which is another than the one they were copied from" : "")
            + (report.Elsewhere.Count > 0 ? $"; left as they are, for they lie elsewhere: {string.Join(", ", report.Elsewhere)}" : "")
            + "; 'dartlake verify' proves it";

    static Command Copy(Composition composition)
    {
        var (dataDir, json) = (Flags.DataDir(composition.Settings), Flags.Json());
        var to = new Option<string>("--to")
        {
            Required = true,
            HelpName = "PLACE",
            Description = "s3://BUCKET/FOLDER, with the catalog in Lake:Catalog; or a folder, for a lake of this machine alone",
        };
        var verb = new Command("copy", "Copy the lake from a folder to Postgres and a bucket, or back, while streams and runs go on") { to, dataDir, json };
        verb.SetAction(async (parsed, cancel) =>
        {
            var (place, folder) = (parsed.GetValue(to)!, parsed.GetValue(dataDir)!);
            if (composition.Settings.Rest.Url.Length > 0)
                throw LakeException.Invalid("the tables of a REST catalog are copied by what keeps the catalog; leave Rest:Url out to copy a lake of a folder, or of Postgres and a bucket");
            if (place.IndexOf(":/", StringComparison.Ordinal) > 0 && !place.StartsWith(Bucket, StringComparison.OrdinalIgnoreCase))
                throw LakeException.Invalid($"'{place}' is neither s3://BUCKET/FOLDER nor the path of a folder");
            var report = place.StartsWith(Bucket, StringComparison.OrdinalIgnoreCase)
                ? await ShareAsync(composition, folder, place, cancel)
                : await BringHomeAsync(composition, folder, place, cancel);
            if (parsed.GetValue(json))
                Json.Print(new
                {
                    report.From,
                    report.To,
                    report.Id,
                    report.Tables,
                    report.Files,
                    report.Bytes,
                    report.Kept,
                    report.NotOurs,
                    left_out = report.LeftOut.Keys,
                });
            else
                Screen.Line(Says(report));
            LeftOutText.Print(report.LeftOut.Values);
            return report.LeftOut.Count == 0 ? 0 : Failure.Say($"the copy goes without {string.Join(", ", report.LeftOut.Keys)}, which are not the lake's own");
        });
        return verb;
    }

    static async Task<CopyReport> ShareAsync(Composition composition, string dataDir, string place, CancellationToken cancel)
    {
        if (!Composition.IsEmbedded(dataDir))
            throw LakeException.Invalid($"there is no lake in the folder {Path.GetFullPath(dataDir)}; name it with --data-dir");
        await using var from = await composition.OpenScratchAsync(dataDir, cancel);
        await using var shared = await composition.OpenSharedAsync(place, dataDir, cancel);
        return await CopyAsync(composition, from, shared, cancel);
    }

    static async Task<CopyReport> BringHomeAsync(Composition composition, string dataDir, string place, CancellationToken cancel)
    {
        if (string.IsNullOrWhiteSpace(place))
            throw LakeException.Invalid("a copy needs a place: --to s3://BUCKET/FOLDER, or a folder");
        if (!composition.IsShared)
            throw LakeException.Invalid("the settings name no shared lake, so the lake is in a folder already; 'dartlake lake backup' makes a copy in another folder");
        await using var from = await composition.OpenExistingAsync(dataDir, cancel);
        await using var home = await composition.OpenScratchAsync(place, cancel);
        return await CopyAsync(composition, from, home, cancel);
    }

    static async Task<CopyReport> CopyAsync(Composition composition, Lake from, Lake to, CancellationToken cancel)
    {
        try
        {
            return await LakeCopy.RunAsync(from, to, composition.Time, composition.Ids, line => Failure.Note(line), cancel);
        }
        catch (OperationCanceledException)
        {
            Failure.Note($"the copy in {to.Location} is not finished and holds no table yet; the same line goes on with it");
            throw;
        }
    }

    static string Says(CopyReport report) =>
        $"{report.Tables} tables in {report.Files:N0} files, {report.Bytes:N0} bytes, are in {report.To} as lake {report.Id}"
        + (report.Kept > 0 ? $"; {report.Kept:N0} files were there from an earlier copy" : "")
        + (report.NotOurs.Count > 0 ? $"; not copied, for they are of other catalogs: {string.Join(", ", report.NotOurs)}" : "")
        + "; 'dartlake verify' proves it";

    static Command Backup(Composition composition)
    {
        var to = new Argument<string>("to") { Description = "A folder that is not there yet, or empty" };
        return new Command("backup", "Copy the lake as it is at one moment, while streams and runs go on") { to }.OnLake(composition, async (lake, parsed, json, cancel) =>
        {
            var folder = parsed.GetValue(to)!;
            if (string.IsNullOrWhiteSpace(folder))
                throw LakeException.Invalid("a backup needs a folder: dartlake lake backup FOLDER");
            var report = await BackUpAsync(lake, folder, cancel);
            if (json)
                Json.Print(new
                {
                    report.Folder,
                    report.Tables,
                    report.Files,
                    report.Linked,
                    report.Bytes,
                    report.Elsewhere,
                    left_out = report.LeftOut.Keys,
                });
            else
                Screen.Line(Says(report));
            LeftOutText.Print(report.LeftOut.Values);
            return report.LeftOut.Count == 0 ? 0 : Failure.Say($"the backup goes without {string.Join(", ", report.LeftOut.Keys)}; mend them or drop them from the catalog, and make another");
        });
    }

    static async Task<BackupReport> BackUpAsync(Lake lake, string to, CancellationToken cancel)
    {
        try
        {
            return await LakeBackup.RunAsync(lake, to, cancel);
        }
        catch (OperationCanceledException)
        {
            Failure.Note($"the backup in {to} is not finished and holds no lake yet; the same line goes on with it");
            throw;
        }
    }

    static string Says(BackupReport report) =>
        $"{report.Tables} tables in {report.Files:N0} files, {report.Bytes:N0} bytes, are in {report.Folder}"
        + (report.Linked > 0 ? $"; {report.Linked:N0} files share their bytes with the lake, so copy the folder to another disk to be safe from this one" : "")
        + (report.Elsewhere > 0 ? $"; {report.Elsewhere:N0} files that lie elsewhere are not in it" : "");
}
