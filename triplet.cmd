@echo off
rem Builds the Runner when a source has changed since the last build, and runs it.
setlocal
set "ROOT=%~dp0"
set "PROGRAM=%ROOT%src\Runner\bin\Release\net10.0\triplet.exe"
set "STAMP=%ROOT%src\Runner\obj\built"
set DOTNET_NOLOGO=1
set DOTNET_CLI_TELEMETRY_OPTOUT=1
if not exist "%PROGRAM%" goto build
if not exist "%STAMP%" goto build
powershell -NoProfile -Command "$built = (Get-Item $env:STAMP).LastWriteTime; $new = Get-ChildItem ($env:ROOT + 'src'), ($env:ROOT + 'Directory.*.props') -Recurse | Where-Object { $_.FullName -notmatch '\\(bin|obj)(\\|$)' -and $_.LastWriteTime -gt $built } | Select-Object -First 1; exit [int]($null -ne $new)"
if not errorlevel 1 goto run
:build
echo triplet: building (the first time, or because a source has changed) 1>&2
dotnet build "%ROOT%src\Runner" -c Release -v quiet -nologo -consoleLoggerParameters:ErrorsOnly -nodeReuse:false 1>&2 || exit /b 1
echo built> "%STAMP%"
:run
"%PROGRAM%" %*
exit /b %errorlevel%
