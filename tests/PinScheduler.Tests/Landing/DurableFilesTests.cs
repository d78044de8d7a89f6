using PinScheduler.Landing;

namespace PinScheduler.Tests.Landing;

public sealed class DurableFilesTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pinscheduler-durable-");

    [Fact]
    public void Rename_GivesTheName_WhenItIsFree()
    {
        var (from, to) = (Write("from", "mine"), Path.Combine(_folder.FullName, "to"));

        DurableFiles.RenameWithoutReplacing(from, to);
        DurableFiles.FlushFolder(_folder.FullName);

        Assert.Equal("mine", File.ReadAllText(to));
        Assert.False(File.Exists(from));
    }

    [Fact]
    public void Rename_ReplacesNothing_WhenTheNameIsTaken()
    {
        var (from, to) = (Write("from", "mine"), Write("to", "theirs"));

        Assert.Contains("'to'", Assert.Throws<IOException>(() => DurableFiles.RenameWithoutReplacing(from, to)).Message, StringComparison.Ordinal);

        Assert.Equal("theirs", File.ReadAllText(to));
        Assert.Equal("mine", File.ReadAllText(from));
    }

    [Fact]
    public void FlushFolder_NamesTheFolder_WhenThereIsNone() =>
        Assert.Contains("/no/such/folder", Assert.Throws<IOException>(() => DurableFiles.FlushFolder("/no/such/folder")).Message, StringComparison.Ordinal);

    public void Dispose() => _folder.Delete(recursive: true);

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }
}
