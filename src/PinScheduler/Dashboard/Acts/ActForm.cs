namespace PinScheduler.Dashboard.Acts;

/// <summary>Forms that do something: acts.js posts them; without a script they are sent as they are, to the page that asks first.</summary>
internal static class ActForm
{
    /// <summary>Its opening tag; the fields, a button and the end are the caller's.</summary>
    public static PageHtml Open(string url, string look) => new PageHtml().Add($"<form class=\"{look}\" action=\"{url}\" data-ps-act>");

    /// <summary>A button by itself; a script asks before it.</summary>
    public static PageHtml Button(string url, string look, string text, string? says = null) => new PageHtml().Add($"<form class=\"ps-inline\" action=\"{url}\" data-ps-act{(says is null ? new PageHtml() : new PageHtml().Add($" data-ps-confirm=\"{says}\""))}><button class=\"btn {look}\">{text}</button></form>");
}
