using PinScheduler.Hosting;

namespace PinScheduler.Tests.Hosting;

public sealed class LoopbackOnlyTests
{
    [Theory]
    [InlineData("http://127.0.0.1:5080")]
    [InlineData("http://localhost:5080;https://[::1]:5081")]
    [InlineData("http://127.8.9.10:0")]
    public void Check_Passes_WhenOnlyThisMachineCanReachIt(string urls) => LoopbackOnly.Check(urls);

    [Theory]
    [InlineData("http://0.0.0.0:5080")]
    [InlineData("http://*:5080")]
    [InlineData("http://+:5080")]
    [InlineData("http://10.0.0.1:5080")]
    [InlineData("http://127.0.0.1:5080;http://[::]:5080")]
    [InlineData("http://localhost.example:5080")]
    [InlineData("5080")]
    public void Check_NamesTheKey_WhenOthersCouldReachIt(string urls) =>
        Assert.Contains("'Urls'", Assert.Throws<InvalidOperationException>(() => LoopbackOnly.Check(urls)).Message, StringComparison.Ordinal);
}
