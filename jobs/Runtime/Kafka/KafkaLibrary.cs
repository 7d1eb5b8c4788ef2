using System.Reflection;
using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace Dart.Lake.Jobs.Runtime.Kafka;

/// <summary>
/// Chooses one build of librdkafka for Confluent's bindings and for ours, so that handles of the one are valid in the other. It is
/// the package's own, by its full path: by its mere name the system's would be taken where there is one, of whatever version. The
/// build with Kerberos needs libsasl2.so.3, which many systems lack; then another of the package's builds is taken.
/// </summary>
public static class KafkaLibrary
{
    internal const string Name = "librdkafka";
    static readonly string[] builds = ["librdkafka", "centos8-librdkafka", "alpine-librdkafka"];
    static readonly string[] endings = [".so", ".dylib", ".dll"];
    static readonly Lazy<(string Path, nint Handle)> chosen = new(Choose);

    /// <summary>
    /// Loads the library once; the full path of the build that was taken (only <c>librdkafka</c> itself can do Kerberos).
    /// </summary>
    /// <exception cref="LakeException">Unavailable: no build loads here.</exception>
    public static string Load() => chosen.Value.Path;

    /// <summary>The version of the library that is loaded.</summary>
    public static string Version
    {
        get
        {
            Load();
            return Library.VersionString;
        }
    }

    /// <summary>What it was built with, such as ssl, sasl_scram and zstd.</summary>
    public static IReadOnlyList<string> Features
    {
        get
        {
            Load();
            return NativeKafka.Setting("builtin.features").Split(',');
        }
    }

    /// <summary>The version of the package that the bindings come with.</summary>
    public static string WantedVersion => typeof(Library).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    static (string, nint) Choose()
    {
        var files = Folders().SelectMany(folder => builds.SelectMany(b => endings.Select(e => Path.Combine(folder, b + e))))
            .Where(File.Exists).ToList();
        foreach (var file in files)
            if (NativeLibrary.TryLoad(file, out var handle))
            {
                NativeLibrary.SetDllImportResolver(typeof(Library).Assembly, Resolve);
                NativeLibrary.SetDllImportResolver(typeof(KafkaLibrary).Assembly, Resolve);
                return (file, handle);

                nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) => name == Name ? handle : 0;
            }
        throw LakeException.Unavailable($"the Kafka client library does not load on this system ({(files.Count == 0 ? "no build of the package is there: restore it with 'make clean build'" : $"tried {string.Join(", ", files)}; glibc 2.17 or newer on x64 or arm64 is needed")})");
    }

    /// <summary>Where the host has put the native parts of packages.</summary>
    static IEnumerable<string> Folders() =>
        ((AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string)?.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries) ?? [])
        .Append(Path.Combine(AppContext.BaseDirectory, "runtimes", RuntimeInformation.RuntimeIdentifier, "native"))
        .Append(AppContext.BaseDirectory);
}
