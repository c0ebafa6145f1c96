-- A session with one stereo track and Patchveil (VST3) on it, for ardour_host.py.
-- The preset is `balanced`. From the environment: PATCHVEIL_SESSION (folder), PATCHVEIL_NAME,
-- PATCHVEIL_AMOUNT in percent, and PATCHVEIL_AUTOMATE for an amount that changes every two seconds.
local folder = os.getenv("PATCHVEIL_SESSION")
AudioEngine:set_backend("None (Dummy)", "", "")
create_session(folder, os.getenv("PATCHVEIL_NAME"), 48000)
local track = Session:new_audio_track(2, 2, nil, 1, "in", ARDOUR.PresentationInfo.max_order,
	ARDOUR.TrackMode.Normal, true):front()
local plugin = ARDOUR.LuaAPI.new_plugin(Session, "Patchveil", ARDOUR.PluginType.VST3, "")
assert(not plugin:isnil(), "Ardour does not know Patchveil")
track:add_processor_by_index(plugin, 0, nil, true)
local insert = plugin:to_insert():plugin(0)
local amount, preset = nil, nil
for i = 0, insert:parameter_count() - 1 do
	if insert:parameter_label(i) == "Amount" then amount = i end
	if insert:parameter_label(i) == "Preset" then preset = i end
end
-- Its place among the presets.
ARDOUR.LuaAPI.set_processor_param(plugin, preset, 2)
local set = os.getenv("PATCHVEIL_AMOUNT")
if set then ARDOUR.LuaAPI.set_processor_param(plugin, amount, tonumber(set)) end
if os.getenv("PATCHVEIL_AUTOMATE") then
	local list, points, range = ARDOUR.LuaAPI.plugin_automation(plugin, amount)
	for i, value in ipairs({ 100, 50, 150, 100, 50 }) do
		local at = Temporal.timepos_t(2 * (i - 1) * 48000)
		points:add(at, value, false, true)
	end
	points:set_interpolation(Evoral.InterpolationStyle.Discrete)
end
-- The plug-in gets parameters with the audio, and its state is saved as it is.
ARDOUR.LuaAPI.usleep(500000)
Session:save_state("", false, false, false, false, false)
close_session()
quit()
