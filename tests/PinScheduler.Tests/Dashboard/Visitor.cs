using System.Net;
using System.Text.RegularExpressions;

namespace PinScheduler.Tests.Dashboard;

/// <summary>The dashboard over HTTP: pages, and acts with the antiforgery token of one of them.</summary>
internal sealed class Visitor(Uri server) : IDisposable
{
    private readonly HttpClient _http = new(new HttpClientHandler { CookieContainer = new CookieContainer(), AllowAutoRedirect = false }) { BaseAddress = server };
    private (string Header, string Token)? _token;

    public Task<string> PageAsync(string path) => _http.GetStringAsync("/hangfire" + path);

    public Task<HttpResponseMessage> GetAsync(string path) => _http.GetAsync("/hangfire" + path);

    public async Task<HttpResponseMessage> ActAsync(string path, params (string Name, string Value)[] form)
    {
        if (_token is null)
        {
            var page = await PageAsync("/runs");
            string Meta(string name) => WebUtility.HtmlDecode(Regex.Match(page, $"<meta name=\"{name}\" content=\"([^\"]*)\"").Groups[1].Value);
            _token = (Meta("csrf-header"), Meta("csrf-token"));
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, "/hangfire" + path) { Content = new FormUrlEncodedContent(form.Select(static field => KeyValuePair.Create(field.Name, field.Value))) };
        request.Headers.Add(_token.Value.Header, _token.Value.Token);
        return await _http.SendAsync(request);
    }

    /// <summary>Sends the form that a page asks with, as a browser without script does: its fields alone, its token among them.</summary>
    public Task<HttpResponseMessage> SubmitAsync(string page)
    {
        var form = Regex.Match(page, "<form [^>]*method=\"post\" action=\"([^\"]*)\">(.*?)</form>", RegexOptions.Singleline);
        Assert.True(form.Success, page);
        var fields = Regex.Matches(form.Groups[2].Value, "<input type=\"hidden\" name=\"([^\"]*)\" value=\"([^\"]*)\">").Select(static field => KeyValuePair.Create(WebUtility.HtmlDecode(field.Groups[1].Value), WebUtility.HtmlDecode(field.Groups[2].Value)));
        return _http.PostAsync(WebUtility.HtmlDecode(form.Groups[1].Value), new FormUrlEncodedContent(fields));
    }

    public void Dispose() => _http.Dispose();
}
