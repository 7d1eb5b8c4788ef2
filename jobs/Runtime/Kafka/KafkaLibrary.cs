using System.Reflection;
using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace Dart.Lake.Jobs.Runtime.Kafka;

/// <summary>
/// Chooses one build of librdkafka for Confluent's bindings and for ours, so that handles of the
/// one are valid in the other. The build with Kerberos needs libsasl2.so.3, which many systems
/// lack; Confluent then takes another build without a word, and a plain import of ours fails.
/// </summary>
internal static class KafkaLibrary
{
    public const string Name = "librdkafka";
    static readonly string[] builds = ["librdkafka", "centos8-librdkafka", "alpine-librdkafka"];
    static readonly Lazy<(string Build, nint Handle)> chosen = new(Choose);

    /// <summary>Loads the library once; the name of the build that was taken (only <c>librdkafka</c> itself can do Kerberos).</summary>
    /// <exception cref="LakeException">Unavailable: no build loads here.</exception>
    public static string Load() => chosen.Value.Build;

    static (string, nint) Choose()
    {
        var confluent = typeof(Library).Assembly;
        foreach (var build in builds)
            if (NativeLibrary.TryLoad(build, confluent, null, out var handle))
            {
                NativeLibrary.SetDllImportResolver(confluent, Resolve);
                NativeLibrary.SetDllImportResolver(typeof(KafkaLibrary).Assembly, Resolve);
                return (build, handle);

                nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) => name == Name ? handle : 0;
            }
        throw LakeException.Unavailable($"the Kafka client library does not load on this system (tried {string.Join(", ", builds)}); glibc 2.17 or newer on x64 or arm64 is needed");
    }
}
