using System.Diagnostics;
using System.IO.Compression;
using PinScheduler.Tests;

namespace Hangfire.MySqlStorage.Tests;

/// <summary>The library as others get it: packed, restored from a folder, and used by a program that knows nothing of this repository.</summary>
public sealed class PackageTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("storage-package-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Package_RunsJob_InProgramThatRestoresIt()
    {
        var configuration = AppContext.BaseDirectory.Contains($"{Path.DirectorySeparatorChar}Release{Path.DirectorySeparatorChar}", StringComparison.Ordinal) ? "Release" : "Debug";
        RunJob("net10.0", "--no-build", "-c", configuration);
    }

    [FactWithReferenceAssemblies("8")]
    public void Package_RunsJob_InProgramForNet8() => RunJob("net8.0", "--artifacts-path", Path.Combine(_folder, "artifacts"), "-nodeReuse:false");

    private void RunJob(string framework, params string[] pack)
    {
        var feed = Path.Combine(_folder, "feed");
        Dotnet(MariaDb.Root, ["pack", Path.Combine("src", "Hangfire.MySqlStorage"), "-o", feed, .. pack]);
        var package = Assert.Single(Directory.GetFiles(feed, "*.nupkg"));
        Assert.Contains(Entries(package), entry => entry == "README.md");
        Assert.Contains(Entries(package), entry => entry == $"lib/{framework}/Hangfire.MySqlStorage.dll");
        Assert.Contains(Entries(package), entry => entry.EndsWith("Hangfire.MySqlStorage.xml", StringComparison.Ordinal));
        Assert.Contains(Entries(Path.ChangeExtension(package, "snupkg")), entry => entry.EndsWith("Hangfire.MySqlStorage.pdb", StringComparison.Ordinal));
        Assert.Equal(["Hangfire.Core", "MySqlConnector", "Newtonsoft.Json"], Dependencies(package));

        var program = Directory.CreateDirectory(Path.Combine(_folder, "program")).FullName;
        var version = Path.GetFileNameWithoutExtension(package)["Hangfire.MySqlStorage.".Length..];
        File.WriteAllText(Path.Combine(program, "nuget.config"), $"""
            <configuration>
              <config><add key="globalPackagesFolder" value="{Path.Combine(_folder, "packages")}" /></config>
              <packageSources><clear /><add key="feed" value="{feed}" /></packageSources>
              <fallbackPackageFolders><clear /><add key="cache" value="{PackageCache}" /></fallbackPackageFolders>
            </configuration>
            """);
        // where only a newer runtime is installed, that runs it
        File.WriteAllText(Path.Combine(program, "program.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType><TargetFramework>{framework}</TargetFramework><RollForward>Major</RollForward><ImplicitUsings>enable</ImplicitUsings>
                <UseAppHost>false</UseAppHost><NuGetAudit>false</NuGetAudit>
              </PropertyGroup>
              <ItemGroup><PackageReference Include="Hangfire.MySqlStorage" Version="{version}" /></ItemGroup>
            </Project>
            """);
        File.WriteAllText(Path.Combine(program, "Program.cs"), """
            using Hangfire;
            using Hangfire.MySql;

            GlobalConfiguration.Configuration.UseMySqlStorage(args[0], new MySqlStorageOptions { TablesPrefix = "Packed" });
            using var server = new BackgroundJobServer(new BackgroundJobServerOptions { WorkerCount = 1 });
            BackgroundJob.Enqueue(() => Console.WriteLine("the job ran"));
            for (var i = 0; i < 3000 && JobStorage.Current.GetMonitoringApi().SucceededListCount() == 0; i++)
            {
                Thread.Sleep(10);
            }
            """);
        Dotnet(program, "build", "-o", Path.Combine(_folder, "built"), "-nodeReuse:false", "-v", "quiet");
        var output = Dotnet(program, "exec", Path.Combine(_folder, "built", "program.dll"), MariaDb.CreateDatabase("packagetests"));
        Assert.Contains("the job ran", output, StringComparison.Ordinal);
    }

    private static string PackageCache => Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } given
        ? given
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    private static List<string> Entries(string package)
    {
        using var archive = ZipFile.OpenRead(package);
        return archive.Entries.Select(entry => entry.FullName).ToList();
    }

    private static List<string> Dependencies(string package)
    {
        using var archive = ZipFile.OpenRead(package);
        using var nuspec = archive.GetEntry("Hangfire.MySqlStorage.nuspec")!.Open();
        return System.Xml.Linq.XDocument.Load(nuspec).Descendants().Where(element => element.Name.LocalName == "dependency").Select(element => element.Attribute("id")!.Value).Distinct().Order().ToList();
    }

    private static string Dotnet(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        // what the test runner's MSBuild has set is not for another one
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray())
        {
            start.Environment.Remove(name);
        }

        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"dotnet {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{output}\n{errors.Result}");
        return output;
    }

    /// <summary>Skipped where a framework's reference assemblies are not in the package cache; packing with the registry at hand brings them.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    private sealed class FactWithReferenceAssembliesAttribute : FactAttribute
    {
        public FactWithReferenceAssembliesAttribute(string version)
        {
            var cached = Path.Combine(PackageCache, "microsoft.netcore.app.ref");
            if (!Directory.Exists(cached) || Directory.GetDirectories(cached, $"{version}.*").Length == 0)
            {
                Skip = $"The reference assemblies of .NET {version} are not in {cached}; 'dotnet pack src/Hangfire.MySqlStorage' restores them.";
            }
        }
    }
}
